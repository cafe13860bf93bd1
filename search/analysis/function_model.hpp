// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "search/gp/feature_map.hpp"
#include "search/gp/output_transform.hpp"
#include "search/gp/surrogate.hpp"
#include "search/history.hpp"
#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

struct FunctionModelOptions {
  std::size_t members = 4;     // draws of the hyperparameters
  std::size_t fit_rows = 200;  // hyperparameters are fitted to so many trials at most
  // The function is fitted to so many at most: the best fifth of them, the others evenly over time.
  std::size_t most_rows = 500;
  // Values are transformed as those of uniform configurations would have to be (each is taken to
  // have the value of the trial nearest to it), not as those of the trials: for questions about
  // the whole space rather than about its best part, where a good search has most of its trials.
  bool whole_space = false;
};

// A Gaussian process for looking back at a whole study: what the objective, to be minimised, may be
// anywhere in the space. Fitted afresh with the priors of the sampler (docs/algorithms/gp.md) to
// the complete trials and the pruned ones, these at least average. Trials that failed or missed a
// constraint do not count: configurations nearest to such a trial are taken to do the same.
struct FunctionModel {
  std::unique_ptr<gp::FeatureMap> map;  // the space must outlive it
  std::vector<gp::Surrogate> members;   // at least one; equally likely
  gp::OutputTransform transform;        // of values; models speak of transformed ones
  gp::Points best;                      // unit points of the best trials, best first
  gp::Points features;                  // of the trials the function is fitted to
  Eigen::RowVectorXd weights;           // 1 / lengthscale per column
  std::size_t incumbent = 0;            // row of `features`: the trial with the best expected value
  double best_value = 0;                // of the trials that count, as observed
  double typical_value = 0;             // median of what uniform configurations would have
  gp::Points known;                     // features of all trials looked at
  std::vector<bool> known_to_count;

  // Whether the trial nearest to each row of features counts.
  std::vector<bool> likely_to_count(const gp::Points& at) const;

  // Functions drawn from one member at points (rows of features): points × draws. Unset when
  // nothing can be factorised.
  static std::optional<Eigen::MatrixXd> draw(const gp::Surrogate& member,
                                             const gp::Points& at,
                                             Eigen::Index draws,
                                             Random& random);
};

// Unset with fewer than four trials that count, when all of them have the same value, without
// anything that varies, and when no model can be factorised.
std::optional<FunctionModel> fit_function(const SearchSpace& space,
                                          const History& history,
                                          std::uint64_t seed,
                                          const FunctionModelOptions& options = {});

}  // namespace automl::search
