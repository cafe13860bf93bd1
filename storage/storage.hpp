// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::storage {

// The reply once given to a request id, so that a repeat gets it again.
struct StoredReply {
  std::string body_digest;
  std::string reply;
};

// Everything the engine keeps. One method per state change, each all or nothing, called between
// `begin` and `commit` by the one thread that owns the store; nothing is durable before `commit`
// returns. Reading is allowed inside and outside of a turn and sees the turn's own changes.
//
// Every write is fenced: `begin` throws Superseded when another engine has claimed a newer epoch.
// Compare-and-set methods return false when the record is not in the expected state; nothing has
// changed then. All methods may throw Unavailable; after it (and after a failed commit) the owner
// calls `rollback` and must not trust what it believes the store to hold. Unique keys that are
// violated throw Conflict; the method that threw it has changed nothing and the turn may go on.
// A change outside of a turn, or a `begin` inside of one, is a std::logic_error.
//
// Strings are bytes and compare as bytes. Those that are part of a unique key (owner, names, token,
// metric, principal, request id) are UTF-8 of at most 255 characters; a session's name at most 700.
//
// Not-a-number and infinite metric values come back as they went in.
class Storage {
 public:
  virtual ~Storage() = default;

  // Makes this object the only writer: returns the new epoch. Once, before anything else.
  virtual std::int64_t claim_epoch() = 0;

  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

  // -- studies: unique (owner, name); ids are given by the store, counting from 1
  virtual std::int64_t create_study(const idl::Study& study) = 0;
  // Replaces the whole record of an existing study; id, owner and name stay (else Conflict).
  virtual void update_study(const idl::Study& study) = 0;
  virtual std::vector<idl::Study> load_studies() = 0;

  // What a new study inherits, once, in the turn that creates it; Conflict when it has some.
  virtual void store_prior_tasks(std::int64_t study_id,
                                 const std::vector<idl::PriorTask>& tasks) = 0;
  virtual std::vector<idl::PriorTask> load_prior_tasks(std::int64_t study_id) = 0;

  // What a study's file came to be, once a number; Conflict when there is one.
  virtual void store_study_version(std::int64_t study_id, const idl::StudyVersion& version) = 0;
  // By number; none: the file was never edited.
  virtual std::vector<idl::StudyVersion> load_study_versions(std::int64_t study_id) = 0;

  // -- trials and their sessions: unique (study, number)
  // Stores new trials with their sessions (empty when driven from outside; else one per trial, same
  // order, whose ids this fills into both) and the study's next proposal number.
  virtual void propose(const idl::Study& study,
                       std::vector<idl::Trial>& trials,
                       std::vector<idl::Session>& sessions) = 0;
  // Replaces a trial that is not terminal in the store; false when it is.
  virtual bool update_trial(const idl::Trial& trial) = 0;
  // In order of number, from `from_number`, at most `limit` (0: all).
  virtual std::vector<idl::Trial> load_trials(std::int64_t study_id,
                                              std::int64_t from_number,
                                              std::int64_t limit) = 0;

  // -- sessions: unique name; ids are given by the store
  virtual void create_session(idl::Session& session) = 0;
  // The next free NUMBER of OWNER/DATASET/NUMBER, counting from 1; taken by this call.
  virtual std::int64_t next_session_number(const std::string& owner,
                                           const std::string& dataset) = 0;
  // Replaces a session that is not terminal in the store; false when it is. Id, name and study
  // stay.
  virtual bool update_session(const idl::Session& session) = 0;
  virtual std::optional<idl::Session> find_session(const std::string& name) = 0;
  virtual std::optional<idl::Session> load_session(std::int64_t id) = 0;
  // Newest first, at most `limit` (0: none); `study_id` 0: all.
  virtual std::vector<idl::Session> load_recent_sessions(std::int64_t study_id,
                                                         std::int64_t limit) = 0;
  virtual std::vector<idl::Session> load_open_sessions() = 0;

  // -- attempts: unique (session, number), unique token
  // The attempt with its session, which becomes LAUNCHING, in one step. Conflict also when the
  // session has ended or has an open attempt.
  virtual void begin_attempt(const idl::Attempt& attempt, const idl::Session& session) = 0;
  // Replaces an attempt that is not terminal in the store and has the same token; false otherwise.
  // The acknowledged sequence is moved by record_measurements alone.
  virtual bool update_attempt(const idl::Attempt& attempt) = 0;
  virtual std::vector<idl::Attempt> load_attempts(std::int64_t session_id) = 0;
  virtual std::vector<idl::Attempt> load_open_attempts() = 0;

  // -- measurements: key (attempt, sequence); a repeat is ignored
  // Stores the batch and moves the attempt's acknowledged_sequence; measurements at or below the
  // acknowledged one are skipped. Returns the new acknowledged sequence. A measurement without
  // metrics moves it and leaves nothing else. Conflict when no attempt has this number and token.
  virtual std::int64_t record_measurements(const idl::Attempt& attempt,
                                           const std::vector<idl::Measurement>& batch) = 0;
  virtual std::vector<idl::StoredMeasurement> load_measurements(std::int64_t session_id) = 0;

  // -- schedules: key (study, position)
  // What a study's scheduler came to know or decided; Conflict when the position is taken.
  virtual void append_schedule(std::int64_t study_id, const idl::ScheduleEvent& event) = 0;
  // In order of position.
  virtual std::vector<idl::ScheduleEvent> load_schedule(std::int64_t study_id) = 0;
  virtual std::vector<idl::ScheduleEvent> load_trial_schedule(std::int64_t study_id,
                                                              std::int64_t trial) = 0;

  // -- checkpoints: key (session, number)
  // Conflict when the session has one of that number, or there is no such session.
  virtual void record_checkpoint(const idl::Checkpoint& checkpoint) = 0;
  // False when there is none.
  virtual bool forget_checkpoint(std::int64_t session_id, std::int64_t number) = 0;
  // By session and number; `session_id` 0: all.
  virtual std::vector<idl::Checkpoint> load_checkpoints(std::int64_t session_id) = 0;

  // -- requests: key (principal, id)
  virtual std::optional<StoredReply> find_reply(const std::string& principal,
                                                const std::string& request_id) = 0;
  // `time_ms`: on a clock of the owner's choice that never goes back.
  virtual void store_reply(const std::string& principal,
                           const std::string& request_id,
                           const StoredReply& reply,
                           std::int64_t time_ms) = 0;
  virtual void forget_replies(std::int64_t before_ms) = 0;
  // Time of the latest reply stored; 0: there is none.
  virtual std::int64_t latest_reply_ms() = 0;
};

}  // namespace automl::storage
