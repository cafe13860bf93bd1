// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/surrogate.hpp"
#include "search/random.hpp"

namespace automl::search::gp {

// The logarithm of the expected improvement, averaged over models (different hyperparameters) and
// over what pending trials may turn out to be:
//   log 1/(M S) sum_ms s_m(x) h((best_ms - m_ms(x)) / s_m(x)),  h(z) = phi(z) + z Phi(z),
// with best_ms the lowest posterior mean at the model's observations: noise does not make a lucky
// observation the one to beat. Imagined observations take part (Wilson et al., NeurIPS 2018;
// Ament et al., NeurIPS 2023, section 4).
class Acquisition {
 public:
  // At least one model; each starts with one scenario.
  explicit Acquisition(std::vector<Surrogate> models);

  // One more pending trial. The first call splits each model into `scenarios` scenarios.
  void imagine(const Points& features, Eigen::Index scenarios, Random& random);

  // What is looked for from now on: improvements by more than this (in transformed values).
  void demand(double margin) { margin_ = margin; }

  Eigen::VectorXd values(const Points& features) const;
  // Also d value / d features, row by row.
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const;

  struct Prediction {
    double mean;
    double deviation;
  };
  // Of the function at one point, averaged over everything.
  Prediction predict(const Points& features) const;
  std::size_t models() const { return models_.size(); }

 private:
  // log expected improvements of one model, q × S; with slopes by mean and by variance.
  struct Improvements {
    Eigen::MatrixXd value;
    Eigen::MatrixXd by_mean;
    Eigen::MatrixXd by_variance;
  };
  Improvements improvements(std::size_t model,
                            const Surrogate::Evaluation& at,
                            bool with_slopes) const;
  Eigen::VectorXd block_values(const Points& features) const;
  void find_best();

  std::vector<Surrogate> models_;
  std::vector<Eigen::VectorXd> best_;  // per model and scenario
  double margin_ = 0;
};

}  // namespace automl::search::gp
