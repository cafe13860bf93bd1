// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Brings a study forward: ends it when its budget is used, otherwise proposes what its budget and
// parallelism leave room for, by asking its sampler (ComputeSuggestion).
void advance_study(Turn& turn, StudyEntry& study);

// The sampler's answer: trials, their sessions and the proposal number become one durable step.
void accept_suggestions(Turn& turn, const Suggested& event);

// Answers everybody who waits for a trial: there will be none.
void refuse_asks(Turn& turn, StudyEntry& study, Refusal::Kind kind, const std::string& why);

// A trial to be made: what it runs and where it comes from.
struct NewTrial {
  search::Suggestion suggestion;
  bool baseline = false;
  bool enqueued = false;
  std::optional<std::int64_t> repeat_of = std::nullopt;  // as in idl::Trial
  std::int32_t repeat = 0;
  std::optional<idl::Trial> repeated = std::nullopt;  // it runs as that one did, whatever the space
};
// One durable step: trials, their sessions, and the next proposal number.
std::vector<idl::Trial> create_trials(Turn& turn,
                                      StudyEntry& study,
                                      const std::vector<NewTrial>& planned);

// Room left in the budget for further trials.
std::int64_t trials_left(const StudyEntry& study);

}  // namespace automl::engine
