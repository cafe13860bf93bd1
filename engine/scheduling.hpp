// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/turn.hpp"

namespace automl::engine {

// A study's scheduler at work: what it is told, and what becomes of its decisions. Each event is
// stored in the turn in which it happens. All of this does nothing in a study without one, and for
// repeats of winner and baseline.

// The trial runs for the first time.
void enter_schedule(Turn& turn, StudyEntry& study, const idl::Trial& trial);
// A new measurement of a running trial, which its session already knows.
void judge(Turn& turn,
           StudyEntry& study,
           SessionEntry& session,
           const idl::Measurement& measurement);
// The trial has moved: paused, resumed, or ended.
void note_in_schedule(Turn& turn,
                      StudyEntry& study,
                      std::int64_t trial,
                      idl::ScheduleEventKind::type kind,
                      const std::string& reason);

// The trial has stopped to go on from another one's weights: its next attempt does, with the new
// configuration. False when nothing of that kind was decided. When the other one has no checkpoint
// any more it goes on with its own.
bool take_over(Turn& turn, StudyEntry& study, SessionEntry& session);

// The checkpoint that the session's trial was to take over cannot be used: it goes on from `own`,
// which it had saved before, or, when that is none (number 0), from zero.
void take_back(Turn& turn, const SessionEntry& session, const idl::Checkpoint& own);

// Paused trials take free slots before new ones do: those that a user wants to go on, those that
// gave their slot to others, those that the scheduler wants, and in lent slots those that were
// stopped early, when no new one is left.
void resume_paused(Turn& turn, StudyEntry& study);

// What the sampler is shown in place of the trials that have ended; unset: these.
std::optional<search::History> shown_to_sampler(const EngineState& state, const StudyEntry& study);

}  // namespace automl::engine
