// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "search/gp/kernel.hpp"
#include "search/random.hpp"

namespace automl::search::gp {

// How much a trial is wanted at some points, with its slope. Larger is better.
class Acquisition {
 public:
  virtual ~Acquisition() = default;

  // One value a row.
  virtual Eigen::VectorXd values(const Points& features) const = 0;
  // Also d value / d features, row by row.
  virtual void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const = 0;
};

// The logarithm of an expectation that is positive everywhere, of one trial beside pending ones.
class BatchAcquisition : public Acquisition {
 public:
  // One more pending trial at one point. What it may turn out to be is imagined in as many equally
  // likely ways as `scenarios` says, the same number each time. `counts`: it may become the trial
  // to beat.
  virtual void imagine(const Points& features,
                       Eigen::Index scenarios,
                       bool counts,
                       Random& random) = 0;
};

// As many standard normals, one from each of `count` equally likely strata, in random order.
Eigen::VectorXd stratified_normals(Eigen::Index count, Random& random);

}  // namespace automl::search::gp
