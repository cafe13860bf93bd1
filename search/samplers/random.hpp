// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/sampler.hpp"

namespace automl::search {

// Independent uniform draws (uniform in the logarithm where `log` is set),
// docs/algorithms/random.md. The suggestion with index i depends on seed and i only.
class RandomSampler : public Sampler {
 public:
  explicit RandomSampler(const SearchSpace& space) : space_(space) {}
  std::vector<Suggestion> suggest(const Request& request) override;
  bool learns() const override { return false; }

 private:
  const SearchSpace& space_;
};

}  // namespace automl::search
