// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/history.hpp"

namespace automl::search {

// Places of `observations`, best first, as every sampler that only compares wants them:
//   1. complete trials that meet their constraints, by value; with several objectives by front,
//      lonely ones first (pareto.hpp)
//   2. complete ones that don't, by how much they miss in all (Deb 2000: the least violation wins)
//   3. pruned ones, by their last value
//   4. failed ones, and whatever has a value that is not finite
// Equal ones by trial number.
std::vector<std::size_t> best_first(const std::vector<const Observation*>& observations);

// How much constraints are missed in all; infinite where one is NaN.
double total_excess(const std::vector<double>& constraints);

}  // namespace automl::search
