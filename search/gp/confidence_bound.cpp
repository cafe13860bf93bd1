// SPDX-License-Identifier: Apache-2.0
#include "search/gp/confidence_bound.hpp"

namespace automl::search::gp {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd bound(const Surrogate::Evaluation& at, double deviations) {
  return deviations * at.variance.cwiseSqrt() - at.mean.rowwise().mean();
}

}  // namespace

VectorXd ConfidenceBound::values(const Points& features) const {
  VectorXd total = VectorXd::Zero(features.rows());
  for (const Surrogate& model : *models_) {
    total += bound(model.evaluate(features, false), deviations_);
  }
  return total / static_cast<double>(models_->size());
}

void ConfidenceBound::values(const Points& features, VectorXd& values, Points& gradients) const {
  values.setZero(features.rows());
  gradients.setZero(features.rows(), features.cols());
  const double share = 1 / static_cast<double>(models_->size());
  for (const Surrogate& model : *models_) {
    const Surrogate::Evaluation at = model.evaluate(features, true);
    values += share * bound(at, deviations_);
    const MatrixXd by_mean = MatrixXd::Constant(
        features.rows(), at.mean.cols(), -share / static_cast<double>(at.mean.cols()));
    const VectorXd by_variance = (share * deviations_ / 2 * at.variance.array().rsqrt()).matrix();
    gradients += model.gradient(at, by_mean, by_variance);
  }
}

}  // namespace automl::search::gp
