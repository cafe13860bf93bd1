// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/turn.hpp"

namespace automl::engine {

// Suggestions are computed ahead of need, so that a free slot does not wait for a model fit. Those
// at hand are out of date when a trial has finished since; a slot then waits a little for fresher
// ones, at most a tenth of what a trial takes, and takes the old ones after that. What is at hand
// is never stored: after a restart it is computed again, for the same proposal numbers.

// Asks a worker for `needed` suggestions, or for some ahead of need; nothing when one is at it, or
// when those at hand are up to date.
void compute_suggestions(Turn& turn, StudyEntry& study, std::int64_t needed, std::int64_t left);

// The worker's answer, put at hand.
void put_ready(Turn& turn, StudyEntry& study, const std::vector<search::Suggestion>& suggestions);

// At most `count` of those at hand that belong to the next proposals and are up to date, or that
// may be used all the same because fresher ones take too long.
std::vector<search::Suggestion> take_ready(Turn& turn, StudyEntry& study, std::int64_t count);
// The same, however old.
std::vector<search::Suggestion> take_any(StudyEntry& study, std::int64_t count);

}  // namespace automl::engine
