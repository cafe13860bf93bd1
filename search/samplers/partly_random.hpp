// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "search/sampler.hpp"
#include "search/samplers/random.hpp"

namespace automl::search {

// Every third suggestion is a random draw, the others are those of a sampler that learns from early
// values: the part rho = 1/3 of BOHB (Falkner et al. 2018, section 3.2), which bounds what a misled
// model can cost.
class PartlyRandomSampler : public Sampler {
 public:
  // The space must outlive it.
  PartlyRandomSampler(const SearchSpace& space, std::unique_ptr<Sampler> learning)
      : random_(space), learning_(std::move(learning)) {}
  std::vector<Suggestion> suggest(const Request& request) override;
  bool learns() const override { return learning_->learns(); }

 private:
  RandomSampler random_;
  std::unique_ptr<Sampler> learning_;
};

}  // namespace automl::search
