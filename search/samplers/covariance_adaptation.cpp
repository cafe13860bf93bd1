// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/covariance_adaptation.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace automl::search {

namespace {

constexpr int kTries = 20;               // draws before a point is moved to the bound
constexpr double kNarrowest = 1e-9;      // of the unit interval
constexpr double kWorstCondition = 1e7;  // of the axes' lengths

}  // namespace

CovarianceAdaptation::CovarianceAdaptation(Eigen::VectorXd mean, double step, int population)
    : population_(population), mean_(std::move(mean)), step_(step) {
  const Eigen::Index n = mean_.size();
  covariance_ = Eigen::MatrixXd::Identity(n, n);
  axes_ = covariance_;
  lengths_ = Eigen::VectorXd::Ones(n);
  step_path_ = Eigen::VectorXd::Zero(n);
  path_ = Eigen::VectorXd::Zero(n);
  set_weights();
}

void CovarianceAdaptation::set_weights() {
  const auto n = static_cast<double>(mean_.size());
  const Eigen::Index half = population_ / 2;
  Eigen::VectorXd raw(population_);
  for (Eigen::Index i = 0; i < population_; ++i) {
    raw(i) = std::log((population_ + 1) / 2.0) - std::log(static_cast<double>(i + 1));
  }
  const auto effective = [](const Eigen::VectorXd& some) {
    return some.sum() * some.sum() / some.squaredNorm();
  };
  effective_ = effective(raw.head(half));
  const double effective_bad = effective(raw.tail(population_ - half));
  step_rate_ = (effective_ + 2) / (n + effective_ + 5);
  step_damping_ = 1 + 2 * std::max(0.0, std::sqrt((effective_ - 1) / (n + 1)) - 1) + step_rate_;
  path_rate_ = (4 + effective_ / n) / (n + 4 + 2 * effective_ / n);
  rank_one_ = 2 / ((n + 1.3) * (n + 1.3) + effective_);
  rank_mu_ =
      std::min(1 - rank_one_,
               2 * (0.25 + effective_ + 1 / effective_ - 2) / ((n + 2) * (n + 2) + effective_));
  const double bad = std::min({1 + rank_one_ / rank_mu_,
                               1 + 2 * effective_bad / (effective_ + 2),
                               (1 - rank_one_ - rank_mu_) / (n * rank_mu_)});
  const double good_sum = raw.cwiseMax(0).sum();
  const double bad_sum = -raw.cwiseMin(0).sum();
  weights_ = raw.unaryExpr([&](double w) { return w >= 0 ? w / good_sum : w * bad / bad_sum; });
  normal_length_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

Eigen::VectorXd CovarianceAdaptation::sample(Random& random, const Eigen::VectorXd& least) const {
  const Eigen::Index n = mean_.size();
  const Eigen::VectorXd own = deviations();
  // Independent noise fills up what a coordinate lacks.
  const Eigen::VectorXd extra =
      (least.array().square() - own.array().square()).max(0.0).sqrt().matrix();
  Eigen::VectorXd point = mean_;
  for (int tries = 0; tries < kTries; ++tries) {
    Eigen::VectorXd normal(n);
    for (double& one : normal) {
      one = random.normal();
    }
    point = mean_ + step_ * (axes_ * (lengths_.array() * normal.array()).matrix());
    for (Eigen::Index i = 0; i < n; ++i) {
      point(i) += extra(i) * random.normal();
    }
    if (point.minCoeff() >= 0 && point.maxCoeff() <= 1) {
      return point;
    }
  }
  return point.cwiseMax(0).cwiseMin(1);
}

void CovarianceAdaptation::update(const Eigen::MatrixXd& best_first) {
  const Eigen::Index n = mean_.size();
  const auto size = static_cast<double>(n);
  const double longest = std::sqrt(size) + 2 * size / (size + 2);
  const Eigen::MatrixXd inverse_root =
      axes_ * lengths_.cwiseInverse().asDiagonal() * axes_.transpose();
  Eigen::MatrixXd steps(n, population_);
  Eigen::VectorXd norms(population_);  // squared, in the metric of the covariance
  for (Eigen::Index i = 0; i < population_; ++i) {
    Eigen::VectorXd step = (best_first.col(i) - mean_) / step_;
    step = step.unaryExpr([](double one) { return std::isnan(one) ? 0 : one; });
    const double length = (inverse_root * step).norm();
    steps.col(i) = length > longest ? Eigen::VectorXd(step * (longest / length)) : step;
    norms(i) = std::pow(std::min(length, longest), 2);
  }
  const Eigen::VectorXd shift = steps * weights_.cwiseMax(0);
  mean_ = (mean_ + step_ * shift).cwiseMax(0).cwiseMin(1);

  ++generation_;
  step_path_ = (1 - step_rate_) * step_path_ +
               std::sqrt(step_rate_ * (2 - step_rate_) * effective_) * (inverse_root * shift);
  const double path_length = step_path_.norm();
  const double settled =
      std::sqrt(1 - std::pow(1 - step_rate_, 2.0 * static_cast<double>(generation_)));
  const bool moves = path_length / settled < (1.4 + 2 / (size + 1)) * normal_length_;
  path_ = (1 - path_rate_) * path_;
  if (moves) {
    path_ += std::sqrt(path_rate_ * (2 - path_rate_) * effective_) * shift;
  }
  Eigen::VectorXd weights = weights_;
  for (Eigen::Index i = 0; i < population_; ++i) {
    if (weights(i) < 0) {
      weights(i) *= size / std::max(norms(i), 1e-12);
    }
  }
  const double stalled = moves ? 0 : path_rate_ * (2 - path_rate_);
  covariance_ *= 1 + rank_one_ * stalled - rank_one_ - rank_mu_ * weights_.sum();
  covariance_ += rank_one_ * path_ * path_.transpose();
  covariance_ += rank_mu_ * steps * weights.asDiagonal() * steps.transpose();
  step_ *= std::exp(std::min(1.0, step_rate_ / step_damping_ * (path_length / normal_length_ - 1)));
  step_ = std::min(step_, 1.0);
  decompose();
}

void CovarianceAdaptation::decompose() {
  covariance_ = (0.5 * (covariance_ + covariance_.transpose())).eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_);
  const double largest = std::max(solver.eigenvalues().maxCoeff(), 1e-30);
  const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(largest * 1e-14);
  axes_ = solver.eigenvectors();
  lengths_ = values.cwiseSqrt();
  covariance_ = axes_ * values.asDiagonal() * axes_.transpose();
}

Eigen::VectorXd CovarianceAdaptation::deviations() const {
  return step_ * covariance_.diagonal().cwiseSqrt();
}

bool CovarianceAdaptation::exhausted() const {
  return step_ * lengths_.maxCoeff() < kNarrowest ||
         lengths_.maxCoeff() > kWorstCondition * lengths_.minCoeff();
}

}  // namespace automl::search
