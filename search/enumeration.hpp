// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "search/configuration.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// All configurations of a space, numbered, without ever listing them: the last parameter (parents
// before children) varies fastest, and an inactive parameter does not multiply. Forbidden clauses
// are not applied. Counting takes time in the number of distinct activity patterns, not of
// configurations. The space must outlive the enumeration.
class Enumeration {
 public:
  static constexpr std::uint64_t kInfinite = std::numeric_limits<std::uint64_t>::max();

  // A float without step takes `points` evenly spaced values (evenly in the logarithm where `log`
  // is set), both bounds among them; 0 leaves it infinite.
  Enumeration(const SearchSpace& space, std::size_t points);

  // kInfinite also when the number does not fit.
  std::uint64_t size() { return count(0, Dead(space_.size(), false)); }
  // `index` < size().
  Configuration at(std::uint64_t index);
  // `clause` holds at `index`: how many numbers from there on it goes on holding for, or fewer, so
  // that they can be stepped over. At least 1.
  std::uint64_t holding(std::uint64_t index, const std::vector<Comparison>& clause);

 private:
  // Per parameter: one of its conditions is known to fail.
  using Dead = std::vector<bool>;
  // Successive levels of a parent that have the same consequences.
  struct Run {
    std::size_t level;    // the first one
    std::uint64_t place;  // of its first configuration among those below the parent
    std::uint64_t each;   // configurations per level
  };
  struct Node {
    std::uint64_t total = 0;
    std::vector<Run> runs;  // only for parents
  };

  std::size_t level_count(std::size_t parameter) const;
  double value(std::size_t parameter, std::size_t level) const;
  Dead after(const Dead& dead, std::size_t parameter, double value);
  // Configurations of the parameters from `depth` (a place in the space's order) on.
  std::uint64_t count(std::size_t depth, const Dead& dead) { return node(depth, dead).total; }
  const Node& node(std::size_t depth, const Dead& dead);
  Node branch(std::size_t depth, const Dead& dead);
  // Walks down to `depth`; `index` becomes the place among those below, returned with their marks.
  Dead descend(std::uint64_t& index, std::size_t depth, Configuration& configuration);

  const SearchSpace& space_;
  std::size_t points_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> depths_;  // place of each parameter in the space's order
  Configuration single_;             // scratch: one parameter set, the others inactive
  std::map<std::pair<std::size_t, Dead>, Node> nodes_;
};

}  // namespace automl::search
