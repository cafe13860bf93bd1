// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/configuration.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// Unit-cube coordinate of one active value, in [0, 1]: linear or logarithmic between the bounds for
// float and int (integers and steps take the middle of their cell), (index + 1/2) / choices for the
// rest. `decode` is its inverse: exactly for everything with cells, up to rounding for the rest.
double encode(const Parameter& parameter, double value);
double decode(const Parameter& parameter, double unit);

// A configuration as a vector of `space.size()` unit-cube coordinates; kInactive stays.
std::vector<double> encode(const SearchSpace& space, const Configuration& configuration);

// The configuration at a unit-cube point; coordinates of inactive parameters are ignored.
Configuration decode(const SearchSpace& space, const std::vector<double>& unit);

}  // namespace automl::search
