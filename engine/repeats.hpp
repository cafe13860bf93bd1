// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "engine/turn.hpp"

namespace automl::engine {

// Once the search of a study is over, `compare:` has winner and baseline run again with new seeds.
// Those repeats are trials like others, but not the search's: no budget, sampler or failure limit
// counts them.

// The search of a live study is over, for good. It goes on with repeats, or ends as done where
// there is nothing to repeat: no winner, since no trial is feasible or there are several
// objectives. `stop_running`: its running trials are told to stop.
void end_search(Turn& turn, StudyEntry& study, const std::string& reason, bool stop_running);

// Chooses winner and baseline when the search's last trial has ended, makes the repeats that
// `parallel` leaves room for, and ends the study after the last of them.
void advance_repeats(Turn& turn, StudyEntry& study);

// What the repeats have said so far; unset before the winner is chosen.
std::optional<idl::WinnerComparison> comparison_of(const StudyEntry& study);
// The repeats of one trial (-1: of the default configuration); unset where there are none.
std::optional<idl::RepeatedRuns> repeats_of(const StudyEntry& study, std::int64_t trial);

// The complete baseline with the best value; a feasible one if there is any.
std::optional<std::int64_t> best_baseline(const StudyEntry& study);

}  // namespace automl::engine
