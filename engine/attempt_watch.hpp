// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Looks after what should have happened by now: launches that never registered, runners that fell
// silent, stops that were not followed, studies whose time is up. Silence raises suspicion only; an
// attempt is declared lost on the executor's word or after a cap, and its token fences it off then.
void watch_attempts(Turn& turn);

// The executor's word about an attempt.
void note_finding(Turn& turn, const executor::Finding& finding);

// When watch_attempts has something to do next, monotonic milliseconds; INT64_MAX: never.
std::int64_t next_deadline(const EngineState& state, Clock& clock, const Settings& settings);

}  // namespace automl::engine
