// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/acquisition.hpp"
#include "search/gp/feature_map.hpp"
#include "search/gp/neighbourhood.hpp"
#include "search/random.hpp"

namespace automl::search::gp {

struct OptimizerOptions {
  int starts = 10;       // refined candidates
  int first_rounds = 8;  // batched evaluations of one continuous search from all starts
  int finalists = 4;     // then from this many best ones
  int rounds = 40;       // as many more
  int alternations = 2;  // of continuous search and exchange, in spaces with discrete parameters
  int most_levels = 20;  // a parameter with more is searched as if continuous, then rounded
  int most_exchanges = 150;  // neighbours of one start looked at in one pass
};

// Best first.
struct Proposals {
  Points unit;  // snapped unit points
  Eigen::VectorXd values;
};

Proposals sorted(const Points& unit, const Eigen::VectorXd& values);

// Maximises the acquisition: screens the candidates, chooses starts (the best one and others with
// probability exp of their standardised value), advances them together by gradients in what is
// continuous and by exchanges of one value at a time in what is not. Returns the refined starts and
// all candidates.
class AcquisitionOptimizer {
 public:
  // The map must outlive it. Steps are measured in `lengthscales` (one per column).
  AcquisitionOptimizer(const FeatureMap& map, const OptimizerOptions& options);

  Proposals maximise(const Acquisition& acquisition,
                     const Points& candidates,
                     const Eigen::RowVectorXd& weights,
                     const Region& region,
                     Random& random) const;

 private:
  std::vector<Eigen::Index> choose_starts(const Eigen::VectorXd& values, Random& random) const;
  // Both change points (and values) for the better or leave them.
  void climb(const Acquisition& acquisition,
             const Eigen::RowVectorXd& weights,
             const Region& region,
             int rounds,
             Points& unit,
             Eigen::VectorXd& values) const;
  void refine(const Acquisition& acquisition,
              const Eigen::RowVectorXd& weights,
              const Region& region,
              Random& random,
              Points& unit,
              Eigen::VectorXd& values) const;
  bool exchange(const Acquisition& acquisition,
                Random& random,
                Points& unit,
                Eigen::VectorXd& values) const;
  // Unit points that differ from `unit` in one discrete parameter.
  std::vector<Eigen::RowVectorXd> neighbours(const Eigen::RowVectorXd& unit, Random& random) const;
  bool allowed(const Eigen::RowVectorXd& unit) const;

  const FeatureMap* map_;
  OptimizerOptions options_;
  std::vector<std::size_t> smooth_;    // parameters searched by gradients
  std::vector<std::size_t> discrete_;  // parameters searched by exchanges
};

}  // namespace automl::search::gp
