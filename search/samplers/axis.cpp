// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/axis.hpp"

#include <algorithm>

#include "search/levels.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kMostEdges = 4096;
constexpr std::size_t kBuckets = 256;

}  // namespace

Axis::Axis(const SearchSpace& space, std::size_t which)
    : parameter(which), cells(levels(space[which])), definition(&space[which]) {
  const Kind kind = space[which].kind;
  if (kind == Kind::kCategorical || kind == Kind::kBool || kind == Kind::kFixed) {
    type = Type::kCategory;
  } else if (cells > 0) {
    type = Type::kCells;
    if (definition->log && cells < kMostEdges) {
      for (std::size_t i = 0; i <= cells; ++i) {
        edges_.push_back(level_edge(*definition, i));
      }
      for (std::size_t i = 0; i < kBuckets; ++i) {
        first_.push_back(
            level_at(*definition, static_cast<double>(i) / static_cast<double>(kBuckets)));
      }
    }
  }
  for (const Parameter& child : space.parameters()) {
    branches =
        branches || std::any_of(child.conditions.begin(),
                                child.conditions.end(),
                                [which](const Comparison& one) { return one.parameter == which; });
  }
}

std::size_t Axis::cell(double unit) const {
  if (edges_.empty() || !(unit > 0 && unit < 1)) {
    return level_at(*definition, unit);
  }
  std::size_t cell = first_[static_cast<std::size_t>(unit * static_cast<double>(kBuckets))];
  while (unit >= edges_[cell + 1]) {
    ++cell;
  }
  return cell;
}

double Axis::cell_low(std::size_t cell) const {
  return edges_.empty() ? level_edge(*definition, cell) : edges_[cell];
}

double Axis::snap(double unit) const {
  if (type == Type::kLine) {
    return unit;
  }
  const std::size_t at = cell(unit);
  return edges_.empty() ? level_middle(*definition, at) : (edges_[at] + edges_[at + 1]) / 2;
}

}  // namespace automl::search
