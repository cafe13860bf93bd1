// SPDX-License-Identifier: Apache-2.0
#include "search/gp/kernel.hpp"

#include <cmath>

namespace automl::search::gp {
namespace {

using Eigen::Index;

constexpr double kEdge = 1e-6;  // warping has infinite slopes at 0 and 1
const double kRootFive = std::sqrt(5.0);

// x^a of one column.
Eigen::ArrayXd power(const Points& features, Index column, double a) {
  const Eigen::ArrayXd x = features.col(column).array().max(kEdge).min(1 - kEdge);
  return (a * x.log()).exp();
}

}  // namespace

Scaling::Scaling(const FeatureMap& map, const Hyperparameters& hyperparameters) {
  const auto& columns = map.columns();
  weights_.resize(static_cast<Index>(columns.size()));
  centres_.setZero(static_cast<Index>(columns.size()));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto at = static_cast<Index>(c);
    weights_(at) =
        std::exp(-hyperparameters.log_lengthscale(static_cast<Index>(columns[c].dimension)));
    if (columns[c].category == FeatureMap::kNumeric) {
      centres_(at) = 0.5;
      if (hyperparameters.warped()) {
        warped_.push_back(at);
      }
    }
  }
  a_.resize(static_cast<Index>(warped_.size()));
  b_.resize(a_.size());
  for (Index w = 0; w < a_.size(); ++w) {
    const auto column = static_cast<std::size_t>(warped_[static_cast<std::size_t>(w)]);
    const auto dimension = static_cast<Index>(columns[column].dimension);
    a_(w) = std::exp(hyperparameters.log_a(dimension));
    b_(w) = std::exp(hyperparameters.log_b(dimension));
  }
}

Points Scaling::apply(const Points& features) const {
  Points result = features;
  for (Index w = 0; w < a_.size(); ++w) {
    const Index c = warped_[static_cast<std::size_t>(w)];
    const Eigen::ArrayXd rest = 1 - power(features, c, a_(w));
    result.col(c) = 1 - (b_(w) * rest.log()).exp();
  }
  result.rowwise() -= centres_;
  result.array().rowwise() *= weights_.array();
  return result;
}

Points Scaling::slope(const Points& features) const {
  Points result = weights_.replicate(features.rows(), 1);
  for (Index w = 0; w < a_.size(); ++w) {
    const Index c = warped_[static_cast<std::size_t>(w)];
    const Eigen::ArrayXd powers = power(features, c, a_(w));
    result.col(c).array() *= a_(w) * b_(w) * powers * ((b_(w) - 1) * (1 - powers).log()).exp() /
                             features.col(c).array().max(kEdge).min(1 - kEdge);
  }
  return result;
}

void Scaling::warp_slopes(const Points& features, Points& by_a, Points& by_b) const {
  by_a.setZero(features.rows(), features.cols());
  by_b.setZero(features.rows(), features.cols());
  for (Index w = 0; w < a_.size(); ++w) {
    const Index c = warped_[static_cast<std::size_t>(w)];
    const Eigen::ArrayXd log = features.col(c).array().max(kEdge).min(1 - kEdge).log();
    const Eigen::ArrayXd powers = (a_(w) * log).exp();
    const Eigen::ArrayXd log_rest = (1 - powers).log();
    const Eigen::ArrayXd rest = weights_(c) * b_(w) * ((b_(w) - 1) * log_rest).exp();
    by_a.col(c) = a_(w) * rest * powers * log;
    by_b.col(c) = -rest * (1 - powers) * log_rest;
  }
}

Eigen::ArrayXXd squared_distances(const Points& x, const Points& y) {
  const Eigen::VectorXd own = x.rowwise().squaredNorm();
  const Eigen::RowVectorXd other = y.rowwise().squaredNorm();
  Eigen::MatrixXd result(x.rows(), y.rows());
  result.noalias() = -2 * x * y.transpose();
  result.colwise() += own;
  result.rowwise() += other;
  return result.array().max(0);
}

void matern(const Eigen::ArrayXXd& r2, Eigen::ArrayXXd& k) {
  k.resize(r2.rows(), r2.cols());
  // Column by column, so that the temporaries stay in the first cache.
  Eigen::ArrayXd r;
  for (Index j = 0; j < r2.cols(); ++j) {
    r = kRootFive * r2.col(j).sqrt();
    k.col(j) = (1 + r + (5.0 / 3) * r2.col(j)) * (-r).exp();
  }
}

void matern(const Eigen::ArrayXXd& r2, Eigen::ArrayXXd& k, Eigen::ArrayXXd& by_r2) {
  k.resize(r2.rows(), r2.cols());
  by_r2.resize(r2.rows(), r2.cols());
  Eigen::ArrayXd r;
  Eigen::ArrayXd decay;
  for (Index j = 0; j < r2.cols(); ++j) {
    r = kRootFive * r2.col(j).sqrt();
    decay = (-r).exp();
    by_r2.col(j) = (-5.0 / 6) * (1 + r) * decay;
    k.col(j) = (1 + r + (5.0 / 3) * r2.col(j)) * decay;
  }
}

}  // namespace automl::search::gp
