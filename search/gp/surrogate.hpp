// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "search/gp/kernel.hpp"

namespace automl::search::gp {

// A Gaussian process conditioned on n observations, with S scenarios: observations whose values are
// not known yet (pending trials) take one imagined value a scenario. The variance is common to all.
class Surrogate {
 public:
  // What is known of q queries, kept for the gradient.
  struct Evaluation {
    Points features;
    Points scaled;
    Eigen::MatrixXd mean;      // q × S
    Eigen::VectorXd variance;  // of the function, without noise; >= 0
    Eigen::ArrayXXd by_r2;     // q × n
    Eigen::MatrixXd whitened;  // n × q
  };

  // One scenario. Unset when the covariance is not positive definite. `mean_variance` is that of
  // the constant mean's prior. The map must outlive the surrogate.
  static std::optional<Surrogate> condition(const FeatureMap& map,
                                            const Hyperparameters& hyperparameters,
                                            const Points& x,
                                            const Eigen::VectorXd& y,
                                            double mean_variance);

  Eigen::Index size() const { return x_.rows(); }
  Eigen::Index scenarios() const { return alpha_.cols(); }
  double noise() const { return noise_; }
  double scale() const { return scale_; }
  // Posterior means at the observations, n × S.
  Eigen::MatrixXd fitted() const { return y_ - noise_ * alpha_; }

  // `with_slopes` when gradient() is to follow.
  Evaluation evaluate(const Points& features, bool with_slopes) const;
  // sum_s by_mean(q, s) dmean(q, s)/dfeatures(q) + by_variance(q) dvariance(q)/dfeatures(q).
  Points gradient(const Evaluation& evaluation,
                  const Eigen::MatrixXd& by_mean,
                  const Eigen::VectorXd& by_variance) const;

  // The same scenario `count` times.
  void replicate(Eigen::Index count);
  // Adds an observation at one point; scenario s observes its mean there plus
  // noise.size() == S standard normals times the predictive deviation. O(n^2 + n S).
  void imagine(const Points& features, const Eigen::VectorXd& normals);

 private:
  Surrogate(const FeatureMap& map, const Hyperparameters& h)
      : scaling_(map, h), scale_(std::exp(h.log_scale)), noise_(std::exp(h.log_noise)) {}

  Scaling scaling_;
  double scale_;
  double noise_;
  double mean_ = 0;
  Points x_;               // scaled, n × columns
  Eigen::MatrixXd y_;      // n × S
  Eigen::MatrixXd root_;   // inverse of the Cholesky factor
  Eigen::MatrixXd alpha_;  // n × S
};

// Of the function at one point, averaged over models and scenarios.
struct Prediction {
  double mean;
  double deviation;
};
Prediction predict(const std::vector<Surrogate>& models, const Points& features);

}  // namespace automl::search::gp
