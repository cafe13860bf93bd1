// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "search/trial_curves.hpp"

namespace automl::search {

// What a configuration gained while weights were trained with it from one multiple of `interval` to
// the next one that was reported.
struct TrainingInterval {
  std::int64_t until = 0;  // in intervals
  std::int64_t trial = 0;
  const Configuration* configuration = nullptr;  // of the curves
  double gain = 0;                               // how much the value fell, per interval
};

// All intervals at both ends of which a finite value is known, the oldest first, ties by trial; at
// most the last `most`. The first interval after an exploit starts at the value of the checkpoint.
std::vector<TrainingInterval> training_intervals(const TrialCurves& curves,
                                                 std::int64_t interval,
                                                 std::size_t most);

}  // namespace automl::search
