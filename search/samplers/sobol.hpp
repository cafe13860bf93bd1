// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/sampler.hpp"
#include "search/samplers/sobol_sequence.hpp"

namespace automl::search {

// A scrambled Sobol sequence over the unit cube, first point skipped: covers the space more evenly
// than random draws. A forbidden point is replaced by a random one, and that is said.
class SobolSampler : public Sampler {
 public:
  explicit SobolSampler(const SearchSpace& space);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  const SearchSpace& space_;
};

}  // namespace automl::search
