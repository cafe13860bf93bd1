// SPDX-License-Identifier: Apache-2.0
#include "search/gp/feasibility.hpp"

#include <cmath>

#include "search/gp/log_improvement.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kRootHalf = 0.70710678118654752440;

}  // namespace

LogProbability log_probability(double z) {
  const double log_density = -z * z / 2 - kHalfLogTwoPi;
  if (z < 0) {
    const double ratio = mills_ratio(-z);  // Phi(z) / phi(z)
    return {log_density + std::log(ratio), 1 / ratio};
  }
  const double above = std::erfc(z * kRootHalf) / 2;
  return {std::log1p(-above), std::exp(log_density) / (1 - above)};
}

VectorXd Feasible::log_feasibility(const Points& features) const {
  VectorXd total = VectorXd::Zero(features.rows());
  for (const ConstraintModel& one : constraints_) {
    const Surrogate::Evaluation at = one.surrogate.evaluate(features, false);
    for (Index q = 0; q < features.rows(); ++q) {
      total(q) +=
          log_probability((one.threshold - at.mean(q, 0)) / std::sqrt(at.variance(q))).value;
    }
  }
  return total;
}

void Feasible::imagine(const Points& features, Index scenarios, bool counts, Random& random) {
  const bool likely = log_feasibility(features)(0) > std::log(0.5);
  wanted_->imagine(features, scenarios, counts && likely, random);
  for (ConstraintModel& one : constraints_) {
    one.surrogate.imagine(features, VectorXd::Zero(1));
  }
}

VectorXd Feasible::values(const Points& features) const {
  return wanted_->values(features) + log_feasibility(features);
}

void Feasible::values(const Points& features, VectorXd& values, Points& gradients) const {
  wanted_->values(features, values, gradients);
  for (const ConstraintModel& one : constraints_) {
    const Surrogate::Evaluation at = one.surrogate.evaluate(features, true);
    Eigen::MatrixXd by_mean(features.rows(), 1);
    VectorXd by_variance(features.rows());
    for (Index q = 0; q < features.rows(); ++q) {
      const double deviation = std::sqrt(at.variance(q));
      const double z = (one.threshold - at.mean(q, 0)) / deviation;
      const LogProbability log = log_probability(z);
      values(q) += log.value;
      by_mean(q, 0) = -log.slope / deviation;
      by_variance(q) = -log.slope * z / (2 * at.variance(q));
    }
    gradients += one.surrogate.gradient(at, by_mean, by_variance);
  }
}

}  // namespace automl::search::gp
