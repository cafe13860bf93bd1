// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/axis.hpp"

#include <algorithm>

#include "search/levels.hpp"

namespace automl::search {

Axis::Axis(const SearchSpace& space, std::size_t which)
    : parameter(which), cells(levels(space[which])), definition(&space[which]) {
  const Kind kind = space[which].kind;
  if (kind == Kind::kCategorical || kind == Kind::kBool || kind == Kind::kFixed) {
    type = Type::kCategory;
  } else if (cells > 0) {
    type = Type::kCells;
  }
  for (const Parameter& child : space.parameters()) {
    branches =
        branches || std::any_of(child.conditions.begin(),
                                child.conditions.end(),
                                [which](const Comparison& one) { return one.parameter == which; });
  }
}

std::size_t Axis::cell(double unit) const { return level_at(*definition, unit); }

double Axis::cell_low(std::size_t cell) const { return level_edge(*definition, cell); }

double Axis::snap(double unit) const {
  return type == Type::kLine ? unit : level_middle(*definition, cell(unit));
}

}  // namespace automl::search
