// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/history.hpp"
#include "search/search_space.hpp"

namespace automl::search {

struct ImportanceOptions {
  int trees = 64;
  bool bootstrap = true;         // each tree from n rows drawn with repeats, else from all
  int least = 3;                 // rows in a leaf
  std::size_t most_rows = 2000;  // of more trials an even selection is looked at
  std::size_t objective = 0;     // 0: Observation::value, k: Observation::further[k - 1]
  std::size_t curve_points = 33;
};

// Mean and standard deviation over the trees.
struct Effect {
  double share = 0;
  double spread = 0;
};

struct Interaction {
  std::size_t first = 0;  // parameters, first < second
  std::size_t second = 0;
  Effect effect;
};

struct CurvePoint {
  double unit = 0;  // coordinate of space_encoding.hpp
  double value = 0;
  double spread = 0;
};

// Which parameters an objective depends on.
struct Importance {
  std::size_t trials = 0;  // complete ones with a finite value
  // Share of the variance over the whole space that a parameter explains by itself; in [0, 1], and
  // all of them together with the interactions at most 1.
  std::vector<Effect> main;
  std::vector<Interaction> interactions;  // of two parameters, the largest first; those above 0
  // Growth of the squared error when the parameter's values are shuffled, relative to the variance
  // of the trials; 0 without trials left out of a tree. May be above 1, and below 0 by chance.
  std::vector<Effect> permutation;
  // Share of the variance of the trials that the forest predicts for those a tree has not seen
  // (R² out of bag, at most 1, may be negative): how far all of this can be trusted.
  double explained = 0;
  // What the objective is on average at values of one parameter, all others being uniform.
  std::vector<std::vector<CurvePoint>> curves;
};

// On a random forest of the complete trials (Breiman, Machine Learning 45, 2001): functional ANOVA
// for `main`, `interactions` and `curves` (variance_parts.hpp), averaged over the trees, and
// Breiman's permutation importance. Values are those of trials, drawn in beyond
// p + (p - best), p being the 90th percentile, so that a few disasters do not hide everything else.
// The parameters are taken as independent and uniform on their unit coordinates (logarithmic ones
// on the logarithmic axis). A parameter that is inactive in a trial gets a value by chance, a new
// one for each tree: where it is inactive the objective does not depend on it. Forbidden clauses
// are not considered. All shares are 0 for fewer than two trials and for a constant objective.
// Deterministic; O(trees · trials · (parameters · log(trials) + pairs within a branch)).
Importance importance(const SearchSpace& space,
                      const History& history,
                      std::uint64_t seed,
                      const ImportanceOptions& options = {});

}  // namespace automl::search
