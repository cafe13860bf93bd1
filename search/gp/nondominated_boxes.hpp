// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/pareto.hpp"

namespace automl::search::gp {

// The points between two corners; -infinity where it is open below.
struct Box {
  Point low;
  Point high;
};

// Disjoint boxes that cover all points below `reference` that no point of `front` dominates. Points
// not below the reference are left out. By slicing the last objective: O(n) boxes for one or two
// objectives, O(n^(m-1)) at most for m.
std::vector<Box> nondominated_boxes(std::vector<Point> front, const Point& reference);

}  // namespace automl::search::gp
