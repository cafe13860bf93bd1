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
  double half_log_determinant = 0;
  VectorXd alpha;  // K^-1 (y - m)
  double mean = 0;
};

// K (its lower half) becomes the inverse of its factor.
bool solve(MatrixXd& k, const VectorXd& y, double mean_variance, Solved& solved) {
  if (!factorise(k)) {
    return false;
  }
  solved.half_log_determinant = k.diagonal().array().log().sum();
  invert_lower(k);
  const auto root = k.triangularView<Eigen::Lower>();
  const VectorXd whitened = root * y;
  const VectorXd ones = root * VectorXd::Ones(y.size());
  solved.mean = ones.dot(whitened) / (ones.squaredNorm() + 1 / mean_variance);
  solved.alpha = k.transpose().triangularView<Eigen::Upper>() * (whitened - solved.mean * ones);
  return true;
}

// Lower halves of the covariance without noise and of its slope by squared distances.
void lower_covariance(const Points& scaled, double scale, MatrixXd& k, MatrixXd& by_r2) {
  const double root_five = std::sqrt(5.0);
  const Index n = scaled.rows();
  const VectorXd own = scaled.rowwise().squaredNorm();
  k.resize(n, n);
  by_r2.resize(n, n);
  k.triangularView<Eigen::Lower>() = -2 * scaled * scaled.transpose();
  Eigen::ArrayXd r2;
  Eigen::ArrayXd r;
  Eigen::ArrayXd decay;
  for (Index j = 0; j < n; ++j) {
    r2 = (k.col(j).tail(n - j).array() + own.tail(n - j).array() + own(j)).max(0);
    r = root_five * r2.sqrt();
    decay = scale * (-r).exp();
    by_r2.col(j).tail(n - j) = (-5.0 / 6) * (1 + r) * decay;
    k.col(j).tail(n - j) = (1 + r + (5.0 / 3) * r2) * decay;
  }
}

}  // namespace

Prior sparse(Prior prior) {
  prior.lengthscale = prior.sparse_lengthscale;
  return prior;
}

LogNormal lengthscale_prior(const FeatureMap& map, const Prior& prior, std::size_t dimension) {
  if (map.nominal(dimension)) {
    return prior.nominal_lengthscale;
  }
  const double growth = std::log(static_cast<double>(map.dimensions())) / 2;
  return {prior.lengthscale.mu + growth, prior.lengthscale.sigma};
}

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
  double penalty = 0;
  for (Index i = 0; i < d; ++i) {
    // The density of the lengthscale itself, less what it is at its mode: of two priors the wider
    // one is not worse where the data say nothing.
    const LogNormal prior = lengthscale_prior(*map_, prior_, static_cast<std::size_t>(i));
    penalty += normal_penalty(h.log_lengthscale(i), prior.log_mode(), prior.sigma, slopes(i));
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
  const double noise = std::exp(h.log_noise);
  // Only the lower halves of symmetric matrices are filled and read.
  MatrixXd& k = space_.k;
  MatrixXd& by_r2 = space_.by_r2;
  lower_covariance(scaled, std::exp(h.log_scale), k, by_r2);
  space_.root = k;
  space_.root.diagonal().array() += noise;
  Solved solved;
  if (!solve(space_.root, y_, prior_.mean_variance, solved)) {
    return kInfinity;
  }
  const auto n = static_cast<double>(y_.size());
  const double fit = (y_.array() - solved.mean).matrix().dot(solved.alpha) / 2;
  const double value = fit + solved.half_log_determinant + n * kHalfLogTwoPi +
                       solved.mean * solved.mean / (2 * prior_.mean_variance);
  if (gradient != nullptr) {
    gradient->setZero(packed.size());
    gram_lower(space_.root, space_.weights);
    double dot = 0;
    for (Index j = 0; j < y_.size(); ++j) {
      const Index rest = y_.size() - j;
      auto column = space_.weights.col(j).tail(rest);
      column = solved.alpha(j) * solved.alpha.tail(rest) - column;
      dot += 2 * column.dot(k.col(j).tail(rest)) - column(0) * k(j, j);
      by_r2.col(j).tail(rest).array() *= column.array();
    }
    const Index d = h.log_lengthscale.size();
    (*gradient)(d) = -dot / 2;
    (*gradient)(d + 1) = -noise * space_.weights.trace() / 2;
    add_gradient(h, scaling, scaled, by_r2, *gradient);
  }
  return value - log_prior(h, gradient);
}

void MarginalLikelihood::add_gradient(const Hyperparameters& h,
                                      const Scaling& scaling,
                                      const Points& scaled,
                                      const MatrixXd& m,
                                      VectorXd& gradient) const {
  // sum_ij M_ij (x_i - x_j) (z_i - z_j) = 2 sum_i z_i (row sum_i x_i - (M x)_i), M symmetric.
  const auto symmetric = m.selfadjointView<Eigen::Lower>();
  const VectorXd sums = symmetric * VectorXd::Ones(m.rows());
  const MatrixXd columns = scaled;
  MatrixXd residual = symmetric * columns;
  residual = (columns.array().colwise() * sums.array()).matrix() - residual;
  Points by_a;
  Points by_b;
  if (h.warped()) {
    scaling.warp_slopes(x_, by_a, by_b);
  }
  const Index d = h.log_lengthscale.size();
  for (Index c = 0; c < scaled.cols(); ++c) {
    const auto dimension =
        static_cast<Index>(map_->columns()[static_cast<std::size_t>(c)].dimension);
    gradient(dimension) += 2 * columns.col(c).dot(residual.col(c));
    if (h.warped()) {
      gradient(d + 2 + dimension) -= 2 * by_a.col(c).dot(residual.col(c));
      gradient(2 * d + 2 + dimension) -= 2 * by_b.col(c).dot(residual.col(c));
    }
  }
}

double MarginalLikelihood::leave_one_out(const Hyperparameters& h) const {
  lower_covariance(Scaling(*map_, h).apply(x_), std::exp(h.log_scale), space_.root, space_.by_r2);
  space_.root.diagonal().array() += std::exp(h.log_noise);
  Solved solved;
  if (!solve(space_.root, y_, prior_.mean_variance, solved)) {
    return -kInfinity;
  }
  const Eigen::ArrayXd precision = space_.root.colwise().squaredNorm().transpose();
  const Eigen::ArrayXd error = solved.alpha.array() / precision;
  return (0.5 * precision.log() - 0.5 * precision * error.square() - kHalfLogTwoPi).sum();
}

}  // namespace automl::search::gp
