// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/acquisition.hpp"
#include "search/gp/surrogate.hpp"

namespace automl::search::gp {

// The lower confidence bound with its sign changed (Srinivas, Krause, Kakade and Seeger,
// "Information-theoretic regret bounds for Gaussian process optimization in the bandit setting",
// IEEE Trans. Information Theory 58, 2012, eq. 6):
//   1/(M S) sum_ms (deviations s_m(x) - m_ms(x)),
// over models and over what pending trials may turn out to be, in transformed values.
class ConfidenceBound : public Acquisition {
 public:
  // At least one model; they must outlive it. `deviations` >= 0: 0 looks for the lowest mean, the
  // larger the more for what is not known.
  ConfidenceBound(const std::vector<Surrogate>& models, double deviations)
      : models_(&models), deviations_(deviations) {}

  Eigen::VectorXd values(const Points& features) const override;
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override;

 private:
  const std::vector<Surrogate>* models_;
  double deviations_;
};

}  // namespace automl::search::gp
