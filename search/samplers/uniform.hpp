// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "search/random.hpp"
#include "search/sampler.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// Uniform over the unit cube, decoded; may be forbidden. Draws one number per parameter, active or
// not, so that the numbers of one parameter do not depend on the others.
Configuration draw_uniform(const SearchSpace& space, Random& random);

// An allowed configuration near a forbidden one: changes the parameters of the clauses that hold
// (or those that decide whether they are active), one after the other, breadth first; when that
// fails walks through a finite space from a random place. Unset when nothing allowed was found.
std::optional<Configuration> escape_forbidden(const SearchSpace& space,
                                              const Configuration& forbidden,
                                              Random& random);

struct Allowed {
  Configuration configuration;
  std::string note;  // empty, or how a forbidden clause was got around
};

// The first of up to `tries` candidates from `draw` that no forbidden clause excludes, else the
// last one with the fewest changes that make it allowed. Unset when nothing is allowed.
std::optional<Allowed> draw_allowed(const SearchSpace& space,
                                    Random& random,
                                    int tries,
                                    const std::function<Configuration()>& draw);

// Configurations met before, for telling duplicates. Holds 64-bit digests: at 100,000
// configurations one wrong "met before" in a billion studies.
class SeenConfigurations {
 public:
  void add(const Configuration& configuration);
  bool contains(const Configuration& configuration) const;
  std::size_t size() const { return digests_.size(); }

 private:
  std::unordered_set<std::size_t> digests_;
};

// What finished and what is pending.
SeenConfigurations seen_in(const Request& request);

}  // namespace automl::search
