// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/random.hpp"
#include "search/samplers/observation_table.hpp"

namespace automl::search::gp {

// One weight an objective, at least 0 and 1 in sum, uniform among all such.
std::vector<double> random_weights(std::size_t objectives, Random& random);

// One number for each row of the table, to be minimised, in place of its m objectives: the
// augmented Chebyshev sum
//   max_k w_k f_k + 0.05 sum_k w_k f_k,   f_k = (y_k - best_k) / (worst_k - best_k)
// with the best and the worst value of each objective on the front, so that all weights together
// find all of the front, also where it bulges towards the worse (Knowles, "ParEGO: a hybrid
// algorithm with on-line landscape approximation for expensive multiobjective optimization
// problems", IEEE Trans. Evol. Comp. 10(1), 2006). An objective that is the same all over the front
// has the extent of all trials. 0 where a trial is not complete. At least one trial must be
// feasible.
std::vector<double> chebyshev_values(const ObservationTable& table,
                                     const std::vector<double>& weights);

}  // namespace automl::search::gp
