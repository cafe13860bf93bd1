// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/gp/acquisition.hpp"
#include "search/gp/nondominated_boxes.hpp"
#include "search/gp/surrogate.hpp"

namespace automl::search::gp {

// The logarithm of the expected growth of the dominated hypervolume, for 2 to 4 objectives modelled
// independently. With the undominated space below the reference point cut into disjoint boxes
// [l, u], a trial with values y adds in each box the product over objectives of
// (u_k - max(l_k, y_k))+, whose expectation is EI_k(u_k) - EI_k(l_k), EI_k(t) = E (t - y_k)+:
//   log 1/S sum_s sum_boxes prod_k (EI_ks(u_k) - EI_ks(l_k))
// (Yang et al., "Multi-objective Bayesian global optimization using expected hypervolume
// improvement gradient", Swarm and Evol. Comp. 44, 2019; scenarios s as in ExpectedImprovement).
// The front is that of the posterior means. Fronts are thinned to `kMostPoints`.
class HypervolumeImprovement : public BatchAcquisition {
 public:
  // One model an objective, all conditioned on the same observations; `eligible`: the observations
  // that may lie on the front; at least one.
  HypervolumeImprovement(std::vector<Surrogate> models, std::vector<Eigen::Index> eligible);

  void imagine(const Points& features,
               Eigen::Index scenarios,
               bool counts,
               Random& random) override;
  Eigen::VectorXd values(const Points& features) const override;
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override;

  const Point& reference() const { return reference_; }

 private:
  struct Slopes;
  void find_front();
  double value(const std::vector<Surrogate::Evaluation>& at,
               Eigen::Index query,
               Eigen::Index scenario,
               Slopes* slopes) const;

  std::vector<Surrogate> models_;
  std::vector<Eigen::Index> eligible_;
  Point reference_;
  std::vector<std::vector<Box>> boxes_;  // by scenario
};

}  // namespace automl::search::gp
