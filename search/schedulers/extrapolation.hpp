// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/schedulers/trajectories.hpp"

namespace automl::search {

// What a learning curve may come to at a step it has not reached: a mixture of Student's t
// distributions, one for each shape of curve.
//
// Shapes y = c + a phi(x), x = 1 + steps since the first report, phi scaled to 1 at x = 1 and to 0
// at the last step, so that c is the value looked for:
//   constant (a = 0), power x^-k, exponential exp(-x / k), logarithmic log(x + 1) and 1 / log(x +
//   1)
// with k on a grid; the families are among those of Domhan, Springenberg and Hutter (IJCAI 2015).
// For each shape c, a and the noise have a normal-inverse-gamma prior, so posterior, marginal
// likelihood and prediction are exact; shapes are weighted by their marginal likelihood, families
// equally before any data. Recent points weigh up to 16 times as much as the first, and all
// together as much as ten: neighbouring points err in the same way.
class Extrapolation {
 public:
  // From the finite points of a trajectory, of which there must be one; `last` is beyond them.
  Extrapolation(const Trajectory& trajectory, std::int64_t last);

  // P(value at the last step < limit).
  double probability_below(double limit) const;
  // Mean of the most probable shape.
  double most_probable() const;

 private:
  struct Component {
    double weight;
    double mean;  // of (value / size - origin) / scale
    double deviation;
  };
  double unscaled(double value) const { return (value * scale_ + origin_) * size_; }

  double size_ = 1;
  double origin_ = 0;
  double scale_ = 1;
  double degrees_ = 1;
  std::vector<Component> components_;
};

}  // namespace automl::search
