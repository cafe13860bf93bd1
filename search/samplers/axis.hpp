// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/search_space.hpp"

namespace automl::search {

// One coordinate of a density on the unit cube: a line (kLine), a line cut into cells of which each
// is one value (kCells), or values without order (kCategory; equally wide cells).
struct Axis {
  enum class Type { kLine, kCells, kCategory };

  Axis(const SearchSpace& space, std::size_t which);

  // The cell that holds a point; kCells and kCategory.
  std::size_t cell(double unit) const;
  double cell_low(std::size_t cell) const;
  double cell_high(std::size_t cell) const { return cell_low(cell + 1); }
  // The coordinate that stands for the value at a point: the middle of its cell; kLine: the point.
  double snap(double unit) const;

  std::size_t parameter;
  Type type = Type::kLine;
  std::size_t cells = 0;  // 0: kLine
  // Other parameters depend on it: a wrong value hides a whole branch.
  bool branches = false;
  const Parameter* definition;

 private:
  // Of a logarithmic axis with not too many cells, whose edges and cells take logarithms.
  std::vector<double> edges_;
  std::vector<std::size_t> first_;  // the cell at i / first_.size()
};

}  // namespace automl::search
