// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Sessions that give their slot back and go on later. StopReason::PRUNED: their scheduler wants it,
// and resumes them; PREEMPTED: others need the slot, and they are revived later; USER: only a user
// resumes them.

// Asks a session to pause. Queued and launching ones pause at once, running ones by the next
// verdict; one that has been asked to end does that.
void request_pause(Turn& turn,
                   SessionEntry& session,
                   idl::StopReason::type reason,
                   const std::string& note);
// The attempt that was asked to pause has ended.
void settle_paused(Turn& turn, SessionEntry& session);

// A paused trial goes back to the queue: RESUME or REVIVE.
void resume_trial(Turn& turn,
                  StudyEntry& study,
                  std::int64_t number,
                  idl::ScheduleEventKind::type kind,
                  const std::string& reason);

// What a user asks of a session.
void change_session(Turn& turn, const SessionChangeRequested& event);

// How many of the study's paused trials their scheduler has no say about.
std::int64_t paused_by_users(const EngineState& state, const StudyEntry& study);

}  // namespace automl::engine
