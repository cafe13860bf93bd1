// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "search/gp/acquisition.hpp"
#include "search/gp/surrogate.hpp"

namespace automl::search::gp {

// log Phi(z), exact to about 1e-12 relative for every z, and its slope phi(z) / Phi(z).
struct LogProbability {
  double value;
  double slope;
};
LogProbability log_probability(double z);

// An outcome constraint: met up to `threshold` (in transformed values).
struct ConstraintModel {
  Surrogate surrogate;
  double threshold;
};

// Some other acquisition times the probability that all constraints are met, in logarithms:
//   log a(x) + sum_c log Phi((t_c - m_c(x)) / s_c(x))
// (Gardner et al., "Bayesian optimization with inequality constraints", ICML 2014, eq. 7; in
// logarithms so that it has a slope where no trial can be feasible: Ament et al., NeurIPS 2023).
// Pending trials are taken to have the constraints' predicted means; one that is predicted not to
// be feasible can't become the trial to beat.
class Feasible : public BatchAcquisition {
 public:
  Feasible(std::unique_ptr<BatchAcquisition> wanted, std::vector<ConstraintModel> constraints)
      : wanted_(std::move(wanted)), constraints_(std::move(constraints)) {}

  void imagine(const Points& features,
               Eigen::Index scenarios,
               bool counts,
               Random& random) override;
  Eigen::VectorXd values(const Points& features) const override;
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override;

  // Logarithm of the probability that all constraints are met.
  Eigen::VectorXd log_feasibility(const Points& features) const;

 private:
  std::unique_ptr<BatchAcquisition> wanted_;
  std::vector<ConstraintModel> constraints_;
};

}  // namespace automl::search::gp
