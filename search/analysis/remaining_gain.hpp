// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "search/history.hpp"
#include "search/search_space.hpp"

namespace automl::search {

struct FunctionModel;

struct RemainingGainOptions {
  std::size_t next = 20;    // further trials looked at; at least 1
  double share = 0.01;      // of what good trials differ by: see `tolerance`
  double certainty = 0.95;  // asked for before it says stop
  int candidates = 512;     // configurations all over the space
  int draws = 64;           // functions drawn from each model
};

// What further trials are expected to bring, in the objective's units.
struct RemainingGain {
  double best = 0;               // what the best configuration found so far is expected to yield
  std::vector<double> expected;  // expected improvement on it by the next 1, 2, … trials
  double possible = 0;           // by any number of trials
  double tolerance = 0;          // less than this is not worth searching for
  double certainty = 0;          // that no configuration is better by more than the tolerance
  bool stop = false;             // certainty >= options.certainty
};

// With functions f drawn from the model (joint posterior, all configurations C at once), x* being
// the finished trial with the best expected value:
//   possible    = E[max_{x in C} (f(x*) - f(x))+], the expected simple regret
//   expected[n] = E[max_{x in B_n} (f(x*) - f(x))+] for a batch B_n of n configurations, chosen
//                 greedily to make it large (at least 1 - 1/e of the best batch: Nemhauser et al.
//                 1978); trials that learn from each other do at least as well, so it is what to
//                 count on
//   certainty   = P(f(x*) - min_{x in C} f(x) <= tolerance)
// The last is the stopping rule of Wilson ("Stopping Bayesian optimization with probabilistic
// regret bounds", NeurIPS 2024). The tolerance is `share` of the distance from a typical
// configuration (the median of uniform ones) to the best trial. C: Sobol points, the best trials
// and points around them, the maxima of the expected improvement; then the lowest point of each f
// and points around it.
//
// Configurations nearest to a trial that failed or missed a constraint are left out. Unset when
// there is no candidate or nothing can be factorised.
std::optional<RemainingGain> remaining_gain(const SearchSpace& space,
                                            const FunctionModel& model,
                                            std::uint64_t seed,
                                            const RemainingGainOptions& options = {});

// The same with a model fitted to a history; unset also where there is nothing to learn from
// (fit_function).
std::optional<RemainingGain> remaining_gain(const SearchSpace& space,
                                            const History& history,
                                            std::uint64_t seed,
                                            const RemainingGainOptions& options = {});

}  // namespace automl::search
