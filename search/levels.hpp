// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "search/search_space.hpp"

namespace automl::search {

// The finitely many values of a discrete parameter, by number: 0 .. levels-1, ascending.

// 0: a float without step has infinitely many.
std::size_t levels(const Parameter& parameter);

// Native value of one level. Steps are rounded to 14 significant digits, so that 0 + 3 * 0.1 is
// 0.3.
double level_value(const Parameter& parameter, std::size_t level);

// The level nearest to a native value, which may lie outside the range.
std::size_t level_of(const Parameter& parameter, double value);

// Lower edge of a level's cell on the unit interval; edge(levels) is 1. The cells of a logarithmic
// parameter are [v - step/2, v + step/2] on the logarithmic axis, the others are equally wide.
double level_edge(const Parameter& parameter, std::size_t level);

// The level whose cell holds a point of the unit interval (the nearer one outside of it).
std::size_t level_at(const Parameter& parameter, double unit);

// Middle of a level's cell on the unit interval.
double level_middle(const Parameter& parameter, std::size_t level);

}  // namespace automl::search
