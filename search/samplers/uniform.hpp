// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include "search/random.hpp"
#include "search/sampler.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// Uniform over the unit cube, decoded; may be forbidden.
Configuration draw_uniform(const SearchSpace& space, Random& random);

// The first candidate from `draw` (tried up to `tries` times, then uniform points) that no
// forbidden clause excludes. When all are excluded, every combination of values near them is tried
// one parameter at a time; unset only when that fails too.
std::optional<Configuration> draw_allowed(const SearchSpace& space,
                                          Random& random,
                                          int tries,
                                          const std::function<Configuration()>& draw);

// Configurations met before, for telling duplicates.
class SeenConfigurations {
 public:
  void add(const Configuration& configuration);
  bool contains(const Configuration& configuration) const;
  std::size_t size() const { return digests_.size(); }

 private:
  std::unordered_set<std::uint64_t> digests_;
};

}  // namespace automl::search
