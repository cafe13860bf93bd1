// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "search/gp/kernel.hpp"

namespace automl::search::gp {

struct LogNormal {
  double mu;  // mean and deviation of the logarithm
  double sigma;

  double log_mode() const { return mu - sigma * sigma; }
};

// What is believed of the hyperparameters before any data: that all numbers matter, or that few do.
// Their lengthscales grow with the root of the number d of dimensions, so that the complexity of
// the model does not grow with it (Hvarfner, Hellsten and Nardi, ICML 2024, whose prior is the
// second one).
struct Prior {
  LogNormal lengthscale{-1.2, 0.9};  // of numbers; mu grows by log(d) / 2
  LogNormal sparse_lengthscale{1.41421356237309504880, 1.73205080756887729353};  // if few matter
  LogNormal nominal_lengthscale{1.5, 0.7};  // of what is only equal or different
  double scale_sigma = 1;                   // of log scale around 0
  double noise_mu = -4;                     // of log noise
  double noise_sigma = 2;
  double warp_sigma = 0.5;  // of log a and log b around 0
  double mean_variance = 1;
};

// The belief that few numbers matter, in place of the one that all do.
Prior sparse(Prior prior);

// Of one dimension of a map.
LogNormal lengthscale_prior(const FeatureMap& map, const Prior& prior, std::size_t dimension);

struct Bounds {
  static constexpr double kLowLengthscale = -4.6;  // log
  static constexpr double kHighLengthscale = 7;
  static constexpr double kLowScale = -7;
  static constexpr double kHighScale = 5;
  static constexpr double kLowNoise = -14;
  static constexpr double kHighNoise = 1;
  static constexpr double kWarp = 1.5;  // |log a|, |log b|
};

// Hyperparameters as one vector: log lengthscales, log scale, log noise, and with warping log a and
// log b of each dimension.
Eigen::VectorXd pack(const Hyperparameters& hyperparameters);
Hyperparameters unpack(const Eigen::VectorXd& packed, std::size_t dimensions);

// Minus the log of (marginal likelihood × prior) of observations y at features x, and its gradient
// by the packed hyperparameters:
//   1/2 (y - m)' K^-1 (y - m) + 1/2 log det K + n/2 log 2 pi - log prior,
//   d/dp = -1/2 sum_ij W_ij dK_ij/dp,  W = a a' - K^-1,  a = K^-1 (y - m)
// (Rasmussen and Williams 2006, eqs. 2.30 and 5.9). The constant mean m has a normal prior and is
// set to its best value, so it adds nothing to the gradient. +inf when K is not positive definite.
class MarginalLikelihood {
 public:
  // The map must outlive it.
  MarginalLikelihood(const FeatureMap& map, Points x, Eigen::VectorXd y, const Prior& prior)
      : map_(&map), x_(std::move(x)), y_(std::move(y)), prior_(prior) {}

  const Prior& prior() const { return prior_; }
  void believe(const Prior& prior) { prior_ = prior; }

  // `gradient` may be null.
  double operator()(const Eigen::VectorXd& packed, Eigen::VectorXd* gradient) const;
  // Sum of the leave-one-out log predictive densities (Rasmussen and Williams, eqs. 5.10 to 5.12).
  double leave_one_out(const Hyperparameters& hyperparameters) const;

 private:
  double log_prior(const Hyperparameters& h, Eigen::VectorXd* gradient) const;
  void add_gradient(const Hyperparameters& h,
                    const Scaling& scaling,
                    const Points& scaled,
                    const Eigen::MatrixXd& m,
                    Eigen::VectorXd& gradient) const;

  const FeatureMap* map_;
  Points x_;
  Eigen::VectorXd y_;
  Prior prior_;
  // Matrices that are as large in every call; so not for several threads at once.
  struct Space {
    Eigen::MatrixXd k;
    Eigen::MatrixXd by_r2;
    Eigen::MatrixXd root;
    Eigen::MatrixXd weights;
  };
  mutable Space space_;
};

}  // namespace automl::search::gp
