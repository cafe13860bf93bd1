// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "search/analysis/random_forest.hpp"

namespace automl::search {

// Where the variance of a tree comes from when all columns are independent and uniform (functional
// ANOVA; Hutter, Hoos and Leyton-Brown, ICML 2014, "An efficient approach for assessing
// hyperparameter importance"): f = f_0 + sum_i f_i(x_i) + sum_ij f_ij(x_i, x_j) + ..., with
//   f_i(x_i) = E[f | x_i] - f_0,  f_ij = E[f | x_i, x_j] - f_i - f_j - f_0,  V_u = E[f_u^2],
// so that the total variance is the sum of all V_u. Exact: a tree is constant on boxes B with value
// v and volume |B|, so E[f | x_i] = sum over the boxes with x_i in B_i of v |B| / |B_i|.
struct VarianceParts {
  double mean = 0;
  double total = 0;
  std::vector<double> main;                                     // V_i by column
  std::map<std::pair<std::size_t, std::size_t>, double> pairs;  // V_ij, i < j; absent: 0

  // E[f | x_i] of every column on its cells: intervals of [0, 1], or the categories.
  struct Marginal {
    std::vector<double> edges;   // of the intervals, first 0 and last 1
    std::vector<double> values;  // one per cell
    double at(double x) const;   // for categories x / categories
  };
  std::vector<Marginal> marginals;
};

// Takes O(leaves · (depth² + cells)) and, for each pair of columns that split the same branch,
// cells².
VarianceParts variance_parts(const RegressionTree& tree, const std::vector<ForestColumn>& columns);

}  // namespace automl::search
