// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "records_types.h"

#include "storage/storage.hpp"

namespace automl::simulation {

// One write of the engine, as it went through the storage interface.
struct NewStudy {
  idl::Study record;
};
struct NewVersion {
  std::int64_t study_id = 0;
  idl::StudyVersion version;
};
struct NewTrial {
  idl::Trial record;
};
struct NewSession {
  idl::Session record;
};
struct NewAttempt {
  idl::Attempt record;
};
struct NewMeasurements {
  std::int64_t session_id = 0;
  std::int32_t attempt = 0;
  std::vector<idl::Measurement> batch;
};
struct NewScheduleEvent {
  std::int64_t study_id = 0;
  idl::ScheduleEvent event;
};
struct NewCheckpoint {
  idl::Checkpoint record;
};
struct ForgottenCheckpoint {
  std::int64_t session_id = 0;
  std::int64_t number = 0;
};
struct NewReply {
  std::string principal;
  std::string request_id;
  storage::StoredReply reply;
};
using Change = std::variant<NewStudy,
                            idl::Study,
                            NewVersion,
                            NewTrial,
                            idl::Trial,
                            NewSession,
                            idl::Session,
                            NewAttempt,
                            idl::Attempt,
                            NewMeasurements,
                            NewScheduleEvent,
                            NewCheckpoint,
                            ForgottenCheckpoint,
                            NewReply>;

using TrialKey = std::pair<std::int64_t, std::int64_t>;    // study, number
using AttemptKey = std::pair<std::int64_t, std::int32_t>;  // session, number

using CheckpointKey = std::pair<std::int64_t, std::int64_t>;  // session, number

// It was to take over another one's weights, which cannot be used.
inline bool takes_back(const idl::ScheduleEvent& exploit) {
  return !exploit.__isset.donor || exploit.donor == exploit.trial;
}

// The last time that a trial took over another one's weights, or was to, after so many attempts.
struct TakenOver {
  idl::ScheduleEvent event;
  std::int32_t attempts = 0;
};

// How many trials a study has, by what counts for its rules.
struct Tally {
  std::int64_t all = 0;
  std::int64_t repeats = 0;
  std::int64_t live = 0;     // hold a place: neither ended nor paused
  std::int64_t waiting = 0;  // or paused
};

// What has been made durable, kept beside the store and independently of it, and what was touched
// by the last commit. `apply` checks every move and throws Violation.
struct Facts {
  std::map<std::int64_t, idl::Study> studies;
  std::map<std::int64_t, std::vector<idl::StudySpec>> versions;  // of edited studies, by number
  std::map<TrialKey, idl::Trial> trials;
  std::map<std::int64_t, idl::Session> sessions;
  std::map<AttemptKey, idl::Attempt> attempts;
  std::set<AttemptKey> open_attempts;
  std::map<std::int64_t, Tally> tallies;  // by study
  std::map<std::string, AttemptKey> by_token;
  std::map<AttemptKey, std::map<std::int64_t, idl::Measurement>> measurements;
  std::map<TrialKey, std::size_t> reports;  // measurements of the trial's objective
  std::map<std::int64_t, std::vector<idl::ScheduleEvent>> schedules;  // by study
  std::map<TrialKey, TakenOver> taken_over;
  std::map<TrialKey, std::vector<idl::Assignment>> proposed;
  std::map<CheckpointKey, idl::Checkpoint> recorded;    // ever
  std::map<std::int64_t, std::set<std::int64_t>> kept;  // of these, by session
  std::map<std::pair<std::string, std::string>, storage::StoredReply> replies;
  std::map<AttemptKey, bool> started;      // the attempt's runner registered
  std::set<std::string> resumed_by_users;  // sessions for which that was ever asked

  std::uint64_t commits = 0;

  // Of the last commit.
  std::set<std::int64_t> touched_studies;
  std::set<std::int64_t> touched_sessions;
  std::set<TrialKey> reporting_trials;
  std::vector<TrialKey> ended_trials;
  std::vector<TrialKey> reconfigured_trials;
  std::vector<AttemptKey> new_attempts;
  std::vector<AttemptKey> ended_attempts;
  std::set<std::pair<std::string, std::string>> fresh_replies;

  void apply(const std::vector<Change>& changes);
  // The versions of a study, oldest first; of one that was never edited, the one.
  std::vector<const idl::StudySpec*> versions_of(const idl::Study& study) const;
  // The session's curve: what its attempts have measured, each up to where the next went on.
  std::vector<idl::Measurement> curve(std::int64_t session_id) const;
  const idl::Attempt* attempt_of(const std::string& token) const;
  // Null when every attempt of the session has ended.
  const idl::Attempt* open_attempt(std::int64_t session_id) const;
};

bool ended(idl::StudyState::type state);
bool ended(idl::TrialState::type state);
bool ended(idl::SessionState::type state);
bool ended(idl::AttemptState::type state);

}  // namespace automl::simulation
