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

struct RandomShadowOptions {
  int draws = 64;        // functions drawn from each model
  int runs = 4;          // searches simulated on each function
  double outside = 0.1;  // share of the searches below the interval, and as many above
  std::size_t most_points = 100;
};

struct ShadowPoint {
  std::size_t trials = 0;
  double expected = 0;  // of the best value so far, in the objective's units, to be minimised
  double low = 0;
  double high = 0;
};

// What random search would have found in this study's place.
struct RandomShadow {
  std::vector<ShadowPoint> points;
  // How many random trials it takes to come upon a value as good as the best one observed; unset
  // when that is more than can be told.
  std::optional<double> trials_to_best;
};

// Functions are drawn from the model at uniform allowed configurations (max(512, trials) of them,
// at most 1,024), and searches simulated on them: a new configuration each time (over again when
// they are used up, so the line is too high beyond 1,024 trials), each observed with the model's
// noise; one that is nearest to a trial that failed or missed a constraint finds nothing. The line
// is the mean over all searches of the best value so far, the interval holds all but `outside` of
// them on either side. If the objective is f, a random trial is as good as the best one with the
// probability p = E[Phi((best - f(x)) / noise)] over configurations x, so it takes 1 / p of them:
// the median over the functions drawn counts, if it is no more than there are configurations. Unset
// when nothing can be drawn. The model should be one of the whole space.
std::optional<RandomShadow> random_shadow(const SearchSpace& space,
                                          const FunctionModel& model,
                                          std::uint64_t seed,
                                          std::size_t trials,
                                          const RandomShadowOptions& options = {});

// The same with a model of the whole space fitted to a history; unset also where there is nothing
// to learn from (fit_function).
std::optional<RandomShadow> random_shadow(const SearchSpace& space,
                                          const History& history,
                                          std::uint64_t seed,
                                          std::size_t trials,
                                          const RandomShadowOptions& options = {});

}  // namespace automl::search
