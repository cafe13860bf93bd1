// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/sampler.hpp"

namespace automl::search {

// Latin hypercubes of `points` points each, one after the other: within a block every parameter
// takes each of `points` equal slices exactly once, docs/algorithms/latin.md. The suggestion with
// index i depends on seed, `points` and i only.
class LatinSampler : public Sampler {
 public:
  // points >= 1
  LatinSampler(const SearchSpace& space, int points) : space_(space), points_(points) {}
  std::vector<Suggestion> suggest(const Request& request) override;
  bool learns() const override { return false; }

 private:
  const SearchSpace& space_;
  int points_;
};

}  // namespace automl::search
