// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "engine/event.hpp"
#include "engine/trial_result.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// The runner's last word on its attempt.
void finish(Turn& turn, const RunnerFinished& event);

// Ends the open attempt as the report says: the trial gets its final value or another attempt.
void settle(Turn& turn, SessionEntry& session, const idl::ExitReport& exit);
// Ends the open attempt because nothing of it is left; another attempt while retries are left.
void settle_lost(Turn& turn, SessionEntry& session, const std::string& why);

// The steps of every settlement, in this order; a session that has no other attempt then goes back
// to the queue, is paused, or ends with `end_session_and_trial`.
void end_attempt(Turn& turn, SessionEntry& session, idl::AttemptState::type state);
void forget_attempt(Turn& turn, SessionEntry& session);
void end_session_and_trial(Turn& turn,
                           SessionEntry& session,
                           idl::SessionState::type session_state,
                           idl::TrialState::type trial_state,
                           const std::optional<TrialResult>& result,
                           const std::string& reason);

// Asks a session to end. Queued and launching ones end at once, running ones by the next verdict.
void request_stop(Turn& turn,
                  SessionEntry& session,
                  idl::StopReason::type reason,
                  const std::string& note,
                  bool kill);

// A trial driven from outside has ended.
void settle_told(Turn& turn, StudyEntry& study, std::int64_t number, const idl::Outcome& outcome);

// Waiting trials of a study are cancelled; running ones are told to stop, or left to finish.
void stop_trials(Turn& turn,
                 const StudyEntry& study,
                 idl::StopReason::type why,
                 const std::string& reason,
                 bool running_ones);

// Ends a study: waiting trials are cancelled; running ones are stopped or left to finish.
void end_study(Turn& turn,
               StudyEntry& study,
               idl::StudyState::type state,
               const std::string& reason,
               bool stop_running);

}  // namespace automl::engine
