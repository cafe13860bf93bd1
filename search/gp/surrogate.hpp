// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "search/gp/kernel.hpp"

namespace automl::search::gp {

// What a process is expected to be before any observation, beside its constant mean.
class MeanFunction {
 public:
  virtual ~MeanFunction() = default;
  virtual Eigen::VectorXd values(const Points& features) const = 0;
  // Adds weights(q) d value(q) / d features(q).
  virtual void add_gradients(const Points& features,
                             const Eigen::VectorXd& weights,
                             Points& gradients) const = 0;
};

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
  // the constant mean's prior; a mean function, if there is one, is added to it. The map must
  // outlive the surrogate.
  static std::optional<Surrogate> condition(const FeatureMap& map,
                                            const Hyperparameters& hyperparameters,
                                            const Points& x,
                                            const Eigen::VectorXd& y,
                                            double mean_variance,
                                            std::shared_ptr<const MeanFunction> prior = nullptr);

  Eigen::Index size() const { return x_.rows(); }
  Eigen::Index scenarios() const { return alpha_.cols(); }
  double noise() const { return noise_; }
  double scale() const { return scale_; }
  // Posterior means at the observations, n × S.
  Eigen::MatrixXd fitted() const { return (y_ - noise_ * alpha_).colwise() + prior_at_; }

  // Posterior means with one scenario, and sum_q weights(q) dmean(q)/dfeatures(q) row by row; O(n)
  // a query, as they do without variances.
  Eigen::VectorXd mean(const Points& features) const;
  Points mean_gradient(const Points& features, const Eigen::VectorXd& weights) const;

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
  Eigen::MatrixXd y_;      // n × S, above the mean function
  Eigen::MatrixXd root_;   // inverse of the Cholesky factor
  Eigen::MatrixXd alpha_;  // n × S
  std::shared_ptr<const MeanFunction> prior_;
  Eigen::VectorXd prior_at_;  // its values at the observations
};

// Of the function at one point, averaged over models and scenarios.
struct Prediction {
  double mean;
  double deviation;
};
Prediction predict(const std::vector<Surrogate>& models, const Points& features);

}  // namespace automl::search::gp
