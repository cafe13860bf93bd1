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
    : space_(space),
      points_(points),
      children_(space.size()),
      depths_(space.size()),
      single_{std::vector<double>(space.size(), kInactive)} {
  for (std::size_t i = 0; i < space.size(); ++i) {
    depths_[space.order()[i]] = i;
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

Enumeration::Dead Enumeration::after(const Dead& dead, std::size_t parameter, double value) {
  Dead next = dead;
  // Its own mark has been used; cleared, so that equal futures are recognised as equal.
  next[parameter] = false;
  single_.values[parameter] = value;
  for (const std::size_t child : children_[parameter]) {
    for (const Comparison& condition : space_[child].conditions) {
      if (condition.parameter == parameter && !condition.holds(single_)) {
        next[child] = true;
      }
    }
  }
  single_.values[parameter] = kInactive;
  return next;
}

const Enumeration::Node& Enumeration::node(std::size_t depth, const Dead& dead) {
  static const Node kEnd{1, {}};
  if (depth == space_.size()) {
    return kEnd;
  }
  const auto known = nodes_.find({depth, dead});
  if (known != nodes_.end()) {
    return known->second;
  }
  const std::size_t parameter = space_.order()[depth];
  const std::size_t levels = level_count(parameter);
  Node made;
  if (dead[parameter]) {
    made.total = count(depth + 1, after(dead, parameter, kInactive));
  } else if (levels == 0 || nodes_.size() >= kMostPatterns) {
    made.total = kInfinite;
  } else if (children_[parameter].empty()) {
    made.total = saturating_product(levels, count(depth + 1, dead));
  } else if (levels > kMostBranches) {
    made.total = kInfinite;
  } else {
    made = branch(depth, dead);
  }
  return nodes_.emplace(std::pair(depth, dead), std::move(made)).first->second;
}

Enumeration::Node Enumeration::branch(std::size_t depth, const Dead& dead) {
  const std::size_t parameter = space_.order()[depth];
  Node made;
  Dead previous;
  for (std::size_t level = 0; level < level_count(parameter); ++level) {
    Dead next = after(dead, parameter, value(parameter, level));
    if (level == 0 || next != previous) {
      made.runs.push_back({level, made.total, count(depth + 1, next)});
      previous = std::move(next);
    }
    made.total = saturating_sum(made.total, made.runs.back().each);
  }
  return made;
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
    const std::vector<Run>& runs = node(at, dead).runs;
    Run run{0, 0, 0};
    if (runs.empty()) {
      run.each = count(at + 1, after(dead, parameter, value(parameter, 0)));
    } else {
      const auto next = std::upper_bound(
          runs.begin(), runs.end(), index, [](std::uint64_t wanted, const Run& one) {
            return wanted < one.place;
          });
      run = *(next - 1);
    }
    const std::uint64_t further = (index - run.place) / run.each;
    const std::size_t level =
        std::min<std::uint64_t>(run.level + further, level_count(parameter) - 1);
    index = (index - run.place) % run.each;
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

std::uint64_t Enumeration::holding(std::uint64_t index, const std::vector<Comparison>& clause) {
  std::size_t last = 0;  // depth of the clause's last parameter
  for (const Comparison& comparison : clause) {
    last = std::max(last, depths_[comparison.parameter]);
  }
  const std::size_t parameter = space_.order()[last];
  Configuration prefix{std::vector<double>(space_.size(), kInactive)};
  if (!children_[parameter].empty()) {
    const Dead dead = descend(index, last + 1, prefix);
    return std::max<std::uint64_t>(count(last + 1, dead), index + 1) - index;
  }
  // Without children all levels of the last parameter have as much below them.
  const Dead dead = descend(index, last, prefix);
  const std::uint64_t each = count(last + 1, dead);
  const std::size_t levels = level_count(parameter);
  std::size_t level = std::min<std::uint64_t>(index / each, levels - 1);
  bool holds = true;
  while (holds && ++level < levels) {
    prefix.values[parameter] = value(parameter, level);
    holds = std::all_of(
        clause.begin(), clause.end(), [&](const Comparison& one) { return one.holds(prefix); });
  }
  return std::max(saturating_product(level, each), index + 1) - index;
}

}  // namespace automl::search
