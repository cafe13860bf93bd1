// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// The runner's last word on its attempt.
void finish(Turn& turn, const RunnerFinished& event);

// Ends the open attempt as the report says: the trial gets its final value or another attempt.
void settle(Turn& turn, SessionEntry& session, const idl::ExitReport& exit);
// Ends the open attempt because nothing of it is left; another attempt while retries are left.
void settle_lost(Turn& turn, SessionEntry& session, const std::string& why);

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

// Enters a trial that has ended into the study's figures and what its sampler learns from. Used at
// settlement and when the state is rebuilt.
void account_for(StudyEntry& study,
                 const idl::Trial& trial,
                 const search::Configuration& configuration);

}  // namespace automl::engine
