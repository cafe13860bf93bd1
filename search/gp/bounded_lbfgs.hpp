// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include <Eigen/Core>

#include "search/gp/feature_map.hpp"

namespace automl::search::gp {

struct LbfgsOptions {
  int rounds = 50;                   // evaluations of the batch at most; >= 1
  int memory = 8;                    // pairs kept per start; >= 1
  double gradient_tolerance = 1e-4;  // largest component of the projected gradient
  double value_tolerance = 1e-8;     // a step that gains less (absolutely) is the last one
  double first_step = 0.1;           // length of the first step
};

// Values and gradients of a batch: row i of `points` belongs to start `which[i]`. Values may be
// NaN or infinite: the point then counts as worse than any other.
using BatchObjective = std::function<void(const std::vector<Eigen::Index>& which,
                                          const Points& points,
                                          Eigen::VectorXd& values,
                                          Points& gradients)>;

struct Minima {
  Points points;           // starts × variables
  Eigen::VectorXd values;  // at the points; +inf where no finite value was met
  int rounds = 0;
};

// Minimises one function from many starts at once inside of boxes (one per start; low == high holds
// a variable fixed): limited-memory BFGS on the variables that are not held by a bound, a projected
// step with backtracking after Armijo (Nocedal and Wright, 2nd ed., 7.4 and 16.7; Bertsekas 1982).
// All starts advance together, so that each round is one batched evaluation.
Minima minimize(const BatchObjective& objective,
                const Points& starts,
                const Points& low,
                const Points& high,
                const LbfgsOptions& options);

}  // namespace automl::search::gp
