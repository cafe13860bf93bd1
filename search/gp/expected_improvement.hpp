// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/acquisition.hpp"
#include "search/gp/surrogate.hpp"

namespace automl::search::gp {

// The logarithm of the expected improvement, averaged over models (different hyperparameters) and
// over what pending trials may turn out to be:
//   log 1/(M S) sum_ms w_m(x) s_m(x) h((best_ms - m_ms(x)) / s_m(x)),  h(z) = phi(z) + z Phi(z),
// with best_ms the lowest posterior mean at the eligible observations: noise does not make a lucky
// observation the one to beat. Imagined observations take part (Wilson et al., NeurIPS 2018;
// Ament et al., NeurIPS 2023, section 4). One more observation where the function is known better
// than noise lets it be observed is worth less, w = 1 - t / sqrt(s^2 + t^2), t the deviation of the
// noise (Huang, Allen, Notz and Zeng, J. Global Optimization 34, 2006); t^2 counts by the share
// t^2 / (t^2 + 0.02), as small noise is what the prior says rather than what the data show.
class ExpectedImprovement : public BatchAcquisition {
 public:
  // At least one model, all conditioned on the same observations; each starts with one scenario.
  // `eligible`: the observations that may be the one to beat; at least one; without it, all.
  explicit ExpectedImprovement(std::vector<Surrogate> models);
  ExpectedImprovement(std::vector<Surrogate> models, std::vector<Eigen::Index> eligible);

  void imagine(const Points& features,
               Eigen::Index scenarios,
               bool counts,
               Random& random) override;

  // What is looked for from now on: improvements by more than this (in transformed values).
  void demand(double margin) { margin_ = margin; }

  // With what was imagined.
  const std::vector<Surrogate>& models() const { return models_; }

  Eigen::VectorXd values(const Points& features) const override;
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override;

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
  std::vector<Eigen::Index> eligible_;
  std::vector<Eigen::VectorXd> best_;  // per model and scenario
  double margin_ = 0;
};

}  // namespace automl::search::gp
