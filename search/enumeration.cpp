// SPDX-License-Identifier: Apache-2.0
#include "search/enumeration.hpp"

#include <algorithm>

#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

// Beyond these a space counts as infinite, so that no study file makes counting take long.
constexpr std::size_t kMostPatterns = 20'000;
constexpr std::size_t kMostBranches = 20'000;

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > Enumeration::kInfinite / a ? Enumeration::kInfinite : a * b;
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  return b > Enumeration::kInfinite - a ? Enumeration::kInfinite : a + b;
}

}  // namespace

Enumeration::Enumeration(const SearchSpace& space, std::size_t points)
    : space_(space), points_(points), children_(space.size()) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    for (const Comparison& condition : space[i].conditions) {
      children_[condition.parameter].push_back(i);
    }
  }
}

std::size_t Enumeration::level_count(std::size_t parameter) const {
  const std::size_t count = levels(space_[parameter]);
  return count == 0 ? points_ : count;
}

double Enumeration::value(std::size_t parameter, std::size_t level) const {
  const Parameter& p = space_[parameter];
  if (levels(p) != 0) {
    return level_value(p, level);
  }
  const auto last = static_cast<double>(points_ - 1);
  return decode(p, points_ == 1 ? 0.5 : static_cast<double>(level) / last);
}

Enumeration::Dead Enumeration::after(const Dead& dead, std::size_t parameter, double value) const {
  Dead next = dead;
  // Its own mark has been used; cleared, so that equal futures are recognised as equal.
  next[parameter] = false;
  Configuration only{std::vector<double>(space_.size(), kInactive)};
  only.values[parameter] = value;
  for (const std::size_t child : children_[parameter]) {
    for (const Comparison& condition : space_[child].conditions) {
      if (condition.parameter == parameter && !condition.holds(only)) {
        next[child] = true;
      }
    }
  }
  return next;
}

std::uint64_t Enumeration::count(std::size_t depth, const Dead& dead) {
  if (depth == space_.size()) {
    return 1;
  }
  const auto known = counted_.find({depth, dead});
  if (known != counted_.end()) {
    return known->second;
  }
  const std::size_t parameter = space_.order()[depth];
  const std::size_t branches = level_count(parameter);
  std::uint64_t total = 0;
  if (dead[parameter]) {
    total = count(depth + 1, after(dead, parameter, kInactive));
  } else if (branches == 0 || counted_.size() >= kMostPatterns) {
    total = kInfinite;
  } else if (children_[parameter].empty()) {
    total = saturating_product(branches, count(depth + 1, dead));
  } else if (branches > kMostBranches) {
    total = kInfinite;
  } else {
    for (std::size_t level = 0; level < branches && total != kInfinite; ++level) {
      const double chosen = value(parameter, level);
      total = saturating_sum(total, count(depth + 1, after(dead, parameter, chosen)));
    }
  }
  counted_.emplace(std::pair(depth, dead), total);
  return total;
}

Enumeration::Dead Enumeration::descend(std::uint64_t& index,
                                       std::size_t depth,
                                       Configuration& configuration) {
  Dead dead(space_.size(), false);
  for (std::size_t at = 0; at < depth; ++at) {
    const std::size_t parameter = space_.order()[at];
    if (dead[parameter]) {
      dead = after(dead, parameter, kInactive);
      continue;
    }
    std::size_t level = 0;
    if (children_[parameter].empty()) {
      const std::uint64_t each = count(at + 1, dead);
      level = std::min(static_cast<std::size_t>(index / each), level_count(parameter) - 1);
      index %= each;
    } else {
      for (; level + 1 < level_count(parameter); ++level) {
        const std::uint64_t each = count(at + 1, after(dead, parameter, value(parameter, level)));
        if (index < each) {
          break;
        }
        index -= each;
      }
    }
    configuration.values[parameter] = value(parameter, level);
    dead = after(dead, parameter, configuration.values[parameter]);
  }
  return dead;
}

Configuration Enumeration::at(std::uint64_t index) {
  Configuration configuration{std::vector<double>(space_.size(), kInactive)};
  descend(index, space_.size(), configuration);
  return configuration;
}

std::uint64_t Enumeration::alike(std::uint64_t index, std::size_t depth) {
  Configuration configuration{std::vector<double>(space_.size(), kInactive)};
  const Dead dead = descend(index, depth, configuration);
  return std::max<std::uint64_t>(count(depth, dead), index + 1) - index;
}

}  // namespace automl::search
