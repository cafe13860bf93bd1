// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "search/gp/marginal_likelihood.hpp"
#include "search/random.hpp"

namespace automl::search::gp {

// The most probable hyperparameters before any data.
Hyperparameters prior_mode(const FeatureMap& map, const Prior& prior, bool warped);

struct FitOptions {
  int rounds = 40;      // evaluations of the marginal likelihood per start
  bool warped = true;   // learn the input warping too
  bool afresh = false;  // start from the prior's mode although there is a warm start
  bool sparse = true;   // consider, too, that few numbers matter
};

struct Fit {
  Hyperparameters hyperparameters;
  double value = 0;  // minus the log posterior density; +inf: nothing could be fitted
};

// The most probable hyperparameters given the data: from a warm start, from the prior's mode
// without one, from both if `afresh`; the better result wins. With `sparse`, the belief that few
// numbers matter is tried beside the likelihood's own and taken where it is clearly more probable;
// the likelihood is left with the belief that was taken.
Fit fit(const FeatureMap& map,
        MarginalLikelihood& likelihood,
        const FitOptions& options,
        const std::optional<Hyperparameters>& warm);

// `count` draws from the posterior of the hyperparameters by slice sampling along random
// directions (Neal 2003, section 5.1) from `start`, `apart` moves from each other.
std::vector<Hyperparameters> sample(const FeatureMap& map,
                                    const MarginalLikelihood& likelihood,
                                    const Hyperparameters& start,
                                    int count,
                                    int apart,
                                    Random& random);

}  // namespace automl::search::gp
