// SPDX-License-Identifier: Apache-2.0
#include "search/gp/surrogate.hpp"

#include <cmath>
#include <utility>

#include "search/gp/triangular.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::optional<Surrogate> Surrogate::condition(const FeatureMap& map,
                                              const Hyperparameters& h,
                                              const Points& x,
                                              const VectorXd& y,
                                              double mean_variance,
                                              std::shared_ptr<const MeanFunction> prior) {
  Surrogate result(map, h);
  result.x_ = result.scaling_.apply(x);
  result.prior_at_ = prior ? prior->values(x) : VectorXd::Zero(y.size());
  result.prior_ = std::move(prior);
  const VectorXd above = y - result.prior_at_;
  result.y_ = above;
  Eigen::ArrayXXd k;
  matern(squared_distances(result.x_, result.x_), k);
  result.root_ = (result.scale_ * k).matrix();
  result.root_.diagonal().array() += result.noise_;
  if (!factorise(result.root_)) {
    return std::nullopt;
  }
  invert_lower(result.root_);
  const auto root = result.root_.triangularView<Eigen::Lower>();
  const VectorXd whitened = root * above;
  const VectorXd ones = root * VectorXd::Ones(y.size());
  result.mean_ = ones.dot(whitened) / (ones.squaredNorm() + 1 / mean_variance);
  result.alpha_ =
      result.root_.transpose().triangularView<Eigen::Upper>() * (whitened - result.mean_ * ones);
  if (!result.alpha_.allFinite()) {
    return std::nullopt;
  }
  return result;
}

Surrogate::Evaluation Surrogate::evaluate(const Points& features, bool with_slopes) const {
  Evaluation result;
  result.scaled = scaling_.apply(features);
  Eigen::ArrayXXd k;
  if (with_slopes) {
    result.features = features;
    matern(squared_distances(result.scaled, x_), k, result.by_r2);
  } else {
    matern(squared_distances(result.scaled, x_), k);
  }
  result.mean.noalias() = scale_ * (k.matrix() * alpha_);
  result.mean.array() += mean_;
  if (prior_) {
    result.mean.colwise() += prior_->values(features);
  }
  result.whitened = root_.triangularView<Eigen::Lower>() * (scale_ * k.matrix().transpose());
  result.variance =
      (scale_ - result.whitened.colwise().squaredNorm().array()).max(1e-12 * scale_).transpose();
  return result;
}

Points Surrogate::gradient(const Evaluation& at,
                           const MatrixXd& by_mean,
                           const VectorXd& by_variance) const {
  // dk/dx = 2 dk/dr2 (x - x_i); the variance falls by 2 (K^-1 k)' dk.
  const MatrixXd solved = root_.transpose().triangularView<Eigen::Upper>() * at.whitened;
  MatrixXd weights = by_mean * alpha_.transpose();
  weights.noalias() -= 2 * (by_variance.asDiagonal() * solved.transpose());
  weights.array() *= 2 * scale_ * at.by_r2;
  const VectorXd sums = weights.rowwise().sum();
  Points result = -weights * x_;
  result.array() += at.scaled.array().colwise() * sums.array();
  result.array() *= scaling_.slope(at.features).array();
  if (prior_) {
    prior_->add_gradients(at.features, by_mean.rowwise().sum(), result);
  }
  return result;
}

VectorXd Surrogate::mean(const Points& features) const {
  Eigen::ArrayXXd k;
  matern(squared_distances(scaling_.apply(features), x_), k);
  VectorXd result = scale_ * (k.matrix() * alpha_.col(0));
  result.array() += mean_;
  return prior_ ? VectorXd(result + prior_->values(features)) : result;
}

Points Surrogate::mean_gradient(const Points& features, const VectorXd& weights) const {
  const Points scaled = scaling_.apply(features);
  Eigen::ArrayXXd k;
  Eigen::ArrayXXd by_r2;
  matern(squared_distances(scaled, x_), k, by_r2);
  const MatrixXd by_row = 2 * scale_ * (weights * alpha_.col(0).transpose()).array() * by_r2;
  const VectorXd sums = by_row.rowwise().sum();
  Points result = -by_row * x_;
  result.array() += scaled.array().colwise() * sums.array();
  result.array() *= scaling_.slope(features).array();
  if (prior_) {
    prior_->add_gradients(features, weights, result);
  }
  return result;
}

void Surrogate::replicate(Index count) {
  alpha_ = alpha_.col(0).replicate(1, count).eval();
  y_ = y_.col(0).replicate(1, count).eval();
}

void Surrogate::imagine(const Points& features, const VectorXd& normals) {
  const Evaluation at = evaluate(features, false);
  const Index n = size();
  const VectorXd row = at.whitened.col(0);
  const VectorXd solved = root_.transpose().triangularView<Eigen::Upper>() * row;
  const double pivot = at.variance(0) + noise_;
  const Eigen::RowVectorXd surprise = std::sqrt(pivot) * normals.transpose();
  alpha_.noalias() -= solved * (surprise / pivot);
  alpha_.conservativeResize(n + 1, Eigen::NoChange);
  alpha_.row(n) = surprise / pivot;
  y_.conservativeResize(n + 1, Eigen::NoChange);
  const double prior = prior_ ? prior_->values(features)(0) : 0;
  y_.row(n) = (at.mean.row(0) + surprise).array() - prior;
  prior_at_.conservativeResize(n + 1);
  prior_at_(n) = prior;
  x_.conservativeResize(n + 1, Eigen::NoChange);
  x_.row(n) = at.scaled.row(0);
  root_.conservativeResize(n + 1, n + 1);
  root_.col(n).setZero();
  root_.row(n).head(n) = -solved.transpose() / std::sqrt(pivot);
  root_(n, n) = 1 / std::sqrt(pivot);
}

Prediction predict(const std::vector<Surrogate>& models, const Points& features) {
  double mean = 0;
  double square = 0;
  for (const Surrogate& model : models) {
    const Surrogate::Evaluation at = model.evaluate(features, false);
    const double centre = at.mean.row(0).mean();
    mean += centre;
    square += at.variance(0) + at.mean.row(0).squaredNorm() / static_cast<double>(at.mean.cols());
  }
  const auto count = static_cast<double>(models.size());
  mean /= count;
  return {mean, std::sqrt(std::max(square / count - mean * mean, 0.0))};
}

}  // namespace automl::search::gp
