// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "search/registry.hpp"

namespace automl::search::testing {

using Objective = std::function<double(const Configuration&)>;

// The best value after `trials` trials, one at a time; a value that is not finite is a failure.
inline double minimise(const std::string& algorithm,
                       const SearchSpace& space,
                       const Objective& objective,
                       std::uint64_t seed,
                       int trials,
                       const Options& options = {}) {
  const auto sampler = make_sampler(algorithm, options, space);
  double best = std::numeric_limits<double>::infinity();
  History history;
  for (int i = 0; i < trials; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1});
    const double value = objective(one.at(0).configuration);
    best = std::min(best, value);
    const Status status = std::isfinite(value) ? Status::kComplete : Status::kFailed;
    history.add({i, one[0].configuration, status, value});
  }
  return best;
}

}  // namespace automl::search::testing
