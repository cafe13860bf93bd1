// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/kernel.hpp"

namespace automl::search::gp {

// Where is searched: bounds of each parameter's unit coordinate. They bind only what is continuous
// or has many ordered values.
struct Region {
  Eigen::RowVectorXd low;
  Eigen::RowVectorXd high;
};

Region everywhere(const FeatureMap& map);

// A box around a unit point: sides of `length` times the lengthscales, these divided by the
// geometric mean of the numeric ones and kept between 1/4 and 4, cut off at the bounds (the idea of
// a trust region that is long where the function is flat: Eriksson et al., NeurIPS 2019).
// `weights`: 1 / lengthscale per column.
Region around(const FeatureMap& map,
              const Eigen::RowVectorXd& centre,
              const Eigen::RowVectorXd& weights,
              double length);

// 0.8, halved with every `patience` trials without a marked improvement, down to 1/64; then from
// 0.8 again.
double trust_length(std::size_t stagnant, std::size_t patience);

// The `count` rows nearest to row `centre` by squared distance of weighted features, ties to the
// lower row; ascending by row.
std::vector<Eigen::Index> nearest_rows(const Points& features,
                                       const Eigen::RowVectorXd& weights,
                                       Eigen::Index centre,
                                       std::size_t count);

}  // namespace automl::search::gp
