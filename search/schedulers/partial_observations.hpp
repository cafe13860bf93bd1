// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "search/history.hpp"
#include "search/trial_curves.hpp"

namespace automl::search {

// What a model learns from while a scheduler lets fewer than `fewest` trials come to their end: the
// values at the highest power of two of steps that `fewest` trials have reported at, as BOHB does
// (see bohb.hpp); trials that were stopped or paused before that step are pruned observations with
// their last finite value. Unset: `fewest` trials are complete, or too few have reported.
std::optional<History> partial_observations(const TrialCurves& curves, std::size_t fewest);

}  // namespace automl::search
