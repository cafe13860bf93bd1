// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "search/gp/acquisition.hpp"
#include "search/gp/expected_improvement.hpp"
#include "search/gp/feasibility.hpp"
#include "search/gp/model.hpp"
#include "search/gp/prior_mean.hpp"

namespace automl::search::gp {

// What is wanted next, and where to look for it.
struct Wanted {
  enum class What {
    kImprovement,  // of the one objective
    kHypervolume,  // of several objectives
    // No trial meets the constraints yet: less violation in all, where they are likely to be met.
    kFeasibility,
  };
  struct Target {
    OutputTransform transform;
    std::vector<Surrogate> surrogates;
  };

  What what = What::kImprovement;
  std::unique_ptr<BatchAcquisition> acquisition;
  ExpectedImprovement* improvement = nullptr;  // part of `acquisition`; null with kHypervolume
  const Feasible* feasible = nullptr;          // `acquisition` itself when there are constraints
  std::vector<Target> targets;                 // the objectives, before anything was imagined
  Eigen::RowVectorXd weights;                  // 1 / lengthscale per column, of the shortest
  Points best;                                 // unit points of the best trials, best first
  Region region;                               // where to search
  std::size_t stagnant = 0;                    // trials since the best value improved markedly
};

// Models every objective and every outcome constraint of finished trials by a process of its own.
class JointModel {
 public:
  // The map must outlive it.
  JointModel(const FeatureMap& map, const ModelOptions& options)
      : map_(&map), options_(options), priors_(map) {}

  // Unset when no trial is complete, nothing could be factorised, or time is up.
  std::optional<Wanted> train(const ObservationTable& table, const Effort& effort);
  // Instead of the hypervolume: the improvement of one number in place of the objectives
  // (chebyshev_values), by a process of its own, which is fitted anew. Unset also when no trial is
  // feasible.
  std::optional<Wanted> train_weighted(const ObservationTable& table,
                                       const std::vector<double>& weights,
                                       const Effort& effort);
  // How far the earlier tasks are to be trusted, from 0 to their number.
  double trust(const ObservationTable& table) const;
  // Earlier tasks, for a single objective without constraints; other models do without them.
  void inherit(const std::vector<PriorTask>& tasks, const Effort& effort) {
    priors_.learn(tasks, options_, effort);
  }

 private:
  enum class Role { kObjective, kConstraint, kViolation };
  Model& model(Role role, std::size_t number);
  std::optional<Trained> train_objectives(const ObservationTable& table,
                                          const Effort& effort,
                                          Wanted& wanted);
  bool add_constraints(const ObservationTable& table,
                       const Effort& effort,
                       const std::vector<Eigen::Index>& rows,
                       Wanted& wanted);
  Points best_points(const ObservationTable& table) const;

  const FeatureMap* map_;
  ModelOptions options_;
  PriorModels priors_;
  std::map<std::pair<Role, std::size_t>, Model> models_;
};

}  // namespace automl::search::gp
