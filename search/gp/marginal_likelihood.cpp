// SPDX-License-Identifier: Apache-2.0
#include "search/gp/marginal_likelihood.hpp"

#include <cmath>
#include <limits>

#include "search/gp/triangular.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHalfLogTwoPi = 0.91893853320467274178;

// -log of a normal density in `value`, without constants; adds its slope.
double normal_penalty(double value, double mu, double sigma, double& slope) {
  const double z = (value - mu) / sigma;
  slope += z / sigma;
  return z * z / 2;
}

// Everything that follows from the Cholesky factor of K.
struct Solved {
  MatrixXd root;  // inverse of the factor
  double half_log_determinant = 0;
  VectorXd alpha;  // K^-1 (y - m)
  double mean = 0;
};

bool solve(MatrixXd k, const VectorXd& y, double mean_variance, Solved& solved) {
  if (!factorise(k)) {
    return false;
  }
  solved.half_log_determinant = k.diagonal().array().log().sum();
  invert_lower(k);
  solved.root = std::move(k);
  const auto root = solved.root.triangularView<Eigen::Lower>();
  const VectorXd whitened = root * y;
  const VectorXd ones = root * VectorXd::Ones(y.size());
  solved.mean = ones.dot(whitened) / (ones.squaredNorm() + 1 / mean_variance);
  solved.alpha =
      solved.root.transpose().triangularView<Eigen::Upper>() * (whitened - solved.mean * ones);
  return true;
}

}  // namespace

VectorXd pack(const Hyperparameters& h) {
  const Index d = h.log_lengthscale.size();
  VectorXd packed(d + 2 + h.log_a.size() + h.log_b.size());
  packed.head(d) = h.log_lengthscale;
  packed(d) = h.log_scale;
  packed(d + 1) = h.log_noise;
  packed.segment(d + 2, h.log_a.size()) = h.log_a;
  packed.tail(h.log_b.size()) = h.log_b;
  return packed;
}

Hyperparameters unpack(const VectorXd& packed, std::size_t dimensions) {
  const auto d = static_cast<Index>(dimensions);
  Hyperparameters h;
  h.log_lengthscale = packed.head(d);
  h.log_scale = packed(d);
  h.log_noise = packed(d + 1);
  if (packed.size() > d + 2) {
    h.log_a = packed.segment(d + 2, d);
    h.log_b = packed.tail(d);
  }
  return h;
}

double MarginalLikelihood::log_prior(const Hyperparameters& h, VectorXd* gradient) const {
  const Index d = h.log_lengthscale.size();
  VectorXd slopes = VectorXd::Zero(pack(h).size());
  const double mu =
      prior_.lengthscale_mu + std::log(static_cast<double>(std::max<Index>(d, 1))) / 2;
  double penalty = 0;
  for (Index i = 0; i < d; ++i) {
    // Densities of the lengthscale and the noise themselves, hence the plain logarithm.
    penalty += h.log_lengthscale(i) +
               normal_penalty(h.log_lengthscale(i), mu, prior_.lengthscale_sigma, slopes(i));
    slopes(i) += 1;
  }
  penalty += normal_penalty(h.log_scale, 0, prior_.scale_sigma, slopes(d));
  penalty += normal_penalty(h.log_noise, prior_.noise_mu, prior_.noise_sigma, slopes(d + 1));
  for (Index i = 0; i < h.log_a.size(); ++i) {
    penalty += normal_penalty(h.log_a(i), 0, prior_.warp_sigma, slopes(d + 2 + i));
    penalty += normal_penalty(h.log_b(i), 0, prior_.warp_sigma, slopes(2 * d + 2 + i));
  }
  if (gradient != nullptr) {
    *gradient += slopes;
  }
  return -penalty;
}

double MarginalLikelihood::operator()(const VectorXd& packed, VectorXd* gradient) const {
  const Hyperparameters h = unpack(packed, map_->dimensions());
  const Scaling scaling(*map_, h);
  const Points scaled = scaling.apply(x_);
  const double scale = std::exp(h.log_scale);
  const double noise = std::exp(h.log_noise);
  Eigen::ArrayXXd k;
  Eigen::ArrayXXd by_r2;
  if (gradient == nullptr) {
    matern(squared_distances(scaled, scaled), k);
  } else {
    matern(squared_distances(scaled, scaled), k, by_r2);
  }
  k *= scale;
  Solved solved;
  MatrixXd covariance = k.matrix();
  covariance.diagonal().array() += noise;
  if (!solve(std::move(covariance), y_, prior_.mean_variance, solved)) {
    return kInfinity;
  }
  const auto n = static_cast<double>(y_.size());
  const double fit = (y_.array() - solved.mean).matrix().dot(solved.alpha) / 2;
  double value = fit + solved.half_log_determinant + n * kHalfLogTwoPi +
                 solved.mean * solved.mean / (2 * prior_.mean_variance);
  if (gradient != nullptr) {
    gradient->setZero(packed.size());
    MatrixXd weights = -gram(solved.root);
    weights.selfadjointView<Eigen::Lower>().rankUpdate(solved.alpha, 1.0);
    weights.triangularView<Eigen::StrictlyUpper>() = weights.transpose();
    const Index d = h.log_lengthscale.size();
    const double trace = weights.trace();
    (*gradient)(d) = -(weights.array() * k).sum() / 2;
    (*gradient)(d + 1) = -noise * trace / 2;
    add_gradient(h, scaling, scaled, weights, by_r2 * scale, *gradient);
  }
  return value - log_prior(h, gradient);
}

void MarginalLikelihood::add_gradient(const Hyperparameters& h,
                                      const Scaling& scaling,
                                      const Points& scaled,
                                      const MatrixXd& weights,
                                      const Eigen::ArrayXXd& by_r2,
                                      VectorXd& gradient) const {
  // sum_ij M_ij (x_i - x_j) (z_i - z_j) = 2 sum_i z_i (row sum_i x_i - (M x)_i), M symmetric.
  const MatrixXd m = (weights.array() * by_r2).matrix();
  const VectorXd sums = m.rowwise().sum();
  Points residual = -m * scaled;
  residual += (scaled.array().colwise() * sums.array()).matrix();
  Points by_a;
  Points by_b;
  if (h.warped()) {
    scaling.warp_slopes(x_, by_a, by_b);
  }
  const Index d = h.log_lengthscale.size();
  for (Index c = 0; c < scaled.cols(); ++c) {
    const auto dimension =
        static_cast<Index>(map_->columns()[static_cast<std::size_t>(c)].dimension);
    gradient(dimension) += 2 * scaled.col(c).dot(residual.col(c));
    if (h.warped()) {
      gradient(d + 2 + dimension) -= 2 * by_a.col(c).dot(residual.col(c));
      gradient(2 * d + 2 + dimension) -= 2 * by_b.col(c).dot(residual.col(c));
    }
  }
}

double MarginalLikelihood::leave_one_out(const Hyperparameters& h) const {
  const Points scaled = Scaling(*map_, h).apply(x_);
  Eigen::ArrayXXd k;
  matern(squared_distances(scaled, scaled), k);
  k *= std::exp(h.log_scale);
  MatrixXd covariance = k.matrix();
  covariance.diagonal().array() += std::exp(h.log_noise);
  Solved solved;
  if (!solve(std::move(covariance), y_, prior_.mean_variance, solved)) {
    return -kInfinity;
  }
  const Eigen::ArrayXd precision = solved.root.colwise().squaredNorm().transpose();
  const Eigen::ArrayXd error = solved.alpha.array() / precision;
  return (0.5 * precision.log() - 0.5 * precision * error.square() - kHalfLogTwoPi).sum();
}

}  // namespace automl::search::gp
