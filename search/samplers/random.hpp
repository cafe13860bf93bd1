// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/sampler.hpp"

namespace automl::search {

// Independent uniform draws (uniform in the logarithm where `log` is set). In a finite space a
// configuration is not drawn again until most others have been.
class RandomSampler : public Sampler {
 public:
  explicit RandomSampler(const SearchSpace& space);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  const SearchSpace& space_;
  bool finite_;
};

}  // namespace automl::search
