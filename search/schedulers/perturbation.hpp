// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>

#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// Outer limits of parameters by name, wider than the range that configurations are drawn from.
using Limits = std::map<std::string, std::pair<double, double>>;

// The limits written as "lr 1e-6 1, momentum 0 0.999". Throws std::invalid_argument.
Limits parse_limits(const std::string& text);

// The space with the ranges of these parameters widened; those with steps to the outermost values
// on the step. Throws std::invalid_argument for a parameter that does not exist or is no number,
// and for limits inside of its range.
SearchSpace widened(const SearchSpace& space, const Limits& limits);

// How explore changes a configuration (Jaderberg et al. 2017, section 4.3).
struct PerturbOptions {
  double shrink = 0.8;     // (0, 1)
  double grow = 1.2;       // > 1
  double resample = 0.25;  // probability of drawing a parameter anew; [0, 1]
};

// One value times `factor`, within the parameter's range. A range that reaches zero or below moves
// by (factor - 1) max(|value|, range / 20) instead, so that zero is left again; integers, steps and
// ordinals move by one level at least; what has no order stays.
double perturb(const Parameter& parameter, double value, double factor);

struct Explored {
  Configuration configuration;
  std::string note;  // what was done, for reasons
};

// Each active parameter is drawn anew from `space` with the probability `resample`, else perturbed
// within `limits` (the same space, widened) by one of the two factors; one that becomes active is
// drawn. Never forbidden unless `from` is.
Explored explore(const SearchSpace& space,
                 const SearchSpace& limits,
                 const Configuration& from,
                 const PerturbOptions& options,
                 Random& random);

}  // namespace automl::search
