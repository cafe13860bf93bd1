// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/watched_storage.hpp"

#include <utility>

#include "storage/errors.hpp"

namespace automl::simulation {

WatchedStorage::WatchedStorage(World& world,
                               std::shared_ptr<storage::Connection> connection,
                               std::function<void(const std::vector<Change>&)> committed)
    : world_(world), store_(std::move(connection)), committed_(std::move(committed)) {}

std::int64_t WatchedStorage::claim_epoch() {
  if (world_.faults.happens(Fault::kUnavailableAtBegin)) {
    throw storage::Unavailable("simulated: locked");
  }
  return store_.claim_epoch();
}

void WatchedStorage::begin() {
  changes_.clear();
  if (world_.faults.happens(Fault::kCrashAtBegin)) {
    throw Crash();
  }
  if (world_.faults.happens(Fault::kUnavailableAtBegin)) {
    throw storage::Unavailable("simulated: locked");
  }
  store_.begin();
}

void WatchedStorage::commit() {
  if (world_.faults.happens(Fault::kCrashBeforeCommit)) {
    throw Crash();
  }
  if (world_.faults.happens(Fault::kUnavailableAtCommit)) {
    store_.rollback();
    throw storage::Unavailable("simulated: disk full at commit");
  }
  store_.commit();
  committed_(changes_);
  changes_.clear();
  if (world_.faults.happens(Fault::kCommitUnknown)) {
    throw storage::Unavailable("simulated: the reply to a commit was lost");
  }
  if (world_.faults.happens(Fault::kCrashAfterCommit)) {
    throw Crash();
  }
}

void WatchedStorage::rollback() noexcept {
  changes_.clear();
  store_.rollback();
}

void WatchedStorage::at_statement() {
  if (world_.faults.happens(Fault::kCrashInTurn)) {
    throw Crash();
  }
  if (world_.faults.happens(Fault::kUnavailableInTurn)) {
    throw storage::Unavailable("simulated: I/O error");
  }
}

// The engine decides from memory that equals the store: a refused compare-and-set means it doesn't.
bool WatchedStorage::accepted(bool changed, const std::string& what) {
  if (!changed) {
    throw Violation("the store refused a change of " + what + ": the engine's memory differs");
  }
  return true;
}

std::int64_t WatchedStorage::create_study(const idl::Study& study) {
  at_statement();
  idl::Study stored = study;
  stored.id = store_.create_study(study);
  note<NewStudy>().record = stored;
  return stored.id;
}

void WatchedStorage::update_study(const idl::Study& study) {
  at_statement();
  store_.update_study(study);
  changes_.emplace_back(study);
}

std::vector<idl::Study> WatchedStorage::load_studies() {
  at_statement();
  return store_.load_studies();
}

void WatchedStorage::store_prior_tasks(std::int64_t study_id,
                                       const std::vector<idl::PriorTask>& tasks) {
  at_statement();
  store_.store_prior_tasks(study_id, tasks);
}

std::vector<idl::PriorTask> WatchedStorage::load_prior_tasks(std::int64_t study_id) {
  at_statement();
  return store_.load_prior_tasks(study_id);
}

void WatchedStorage::store_study_version(std::int64_t study_id, const idl::StudyVersion& version) {
  at_statement();
  store_.store_study_version(study_id, version);
  changes_.emplace_back(NewVersion{study_id, version});
}

std::vector<idl::StudyVersion> WatchedStorage::load_study_versions(std::int64_t study_id) {
  at_statement();
  return store_.load_study_versions(study_id);
}

void WatchedStorage::append_schedule(std::int64_t study_id, const idl::ScheduleEvent& event) {
  at_statement();
  store_.append_schedule(study_id, event);
  changes_.emplace_back(NewScheduleEvent{study_id, event});
}

std::vector<idl::ScheduleEvent> WatchedStorage::load_schedule(std::int64_t study_id) {
  at_statement();
  return store_.load_schedule(study_id);
}

std::vector<idl::ScheduleEvent> WatchedStorage::load_trial_schedule(std::int64_t study_id,
                                                                    std::int64_t trial) {
  at_statement();
  return store_.load_trial_schedule(study_id, trial);
}

void WatchedStorage::propose(const idl::Study& study,
                             std::vector<idl::Trial>& trials,
                             std::vector<idl::Session>& sessions) {
  at_statement();
  store_.propose(study, trials, sessions);
  for (const idl::Session& session : sessions) {
    note<NewSession>().record = session;
  }
  for (const idl::Trial& trial : trials) {
    note<NewTrial>().record = trial;
  }
  changes_.emplace_back(study);
}

bool WatchedStorage::update_trial(const idl::Trial& trial) {
  at_statement();
  changes_.emplace_back(trial);
  return accepted(store_.update_trial(trial), "trial " + std::to_string(trial.number));
}

std::vector<idl::Trial> WatchedStorage::load_trials(std::int64_t study_id,
                                                    std::int64_t from_number,
                                                    std::int64_t limit) {
  at_statement();
  return store_.load_trials(study_id, from_number, limit);
}

void WatchedStorage::create_session(idl::Session& session) {
  at_statement();
  store_.create_session(session);
  note<NewSession>().record = session;
}

std::int64_t WatchedStorage::next_session_number(const std::string& owner,
                                                 const std::string& dataset) {
  at_statement();
  return store_.next_session_number(owner, dataset);
}

bool WatchedStorage::update_session(const idl::Session& session) {
  at_statement();
  changes_.emplace_back(session);
  return accepted(store_.update_session(session), "session " + session.name);
}

std::optional<idl::Session> WatchedStorage::find_session(const std::string& name) {
  at_statement();
  return store_.find_session(name);
}

std::optional<idl::Session> WatchedStorage::load_session(std::int64_t id) {
  at_statement();
  return store_.load_session(id);
}

std::vector<idl::Session> WatchedStorage::load_recent_sessions(std::int64_t study_id,
                                                               std::int64_t limit) {
  at_statement();
  return store_.load_recent_sessions(study_id, limit);
}

std::vector<idl::Session> WatchedStorage::load_open_sessions() {
  at_statement();
  return store_.load_open_sessions();
}

void WatchedStorage::begin_attempt(const idl::Attempt& attempt, const idl::Session& session) {
  at_statement();
  store_.begin_attempt(attempt, session);
  note<NewAttempt>().record = attempt;
  changes_.emplace_back(session);
}

bool WatchedStorage::update_attempt(const idl::Attempt& attempt) {
  at_statement();
  changes_.emplace_back(attempt);
  return accepted(
      store_.update_attempt(attempt),
      "attempt " + std::to_string(attempt.session_id) + "#" + std::to_string(attempt.number));
}

std::vector<idl::Attempt> WatchedStorage::load_attempts(std::int64_t session_id) {
  at_statement();
  return store_.load_attempts(session_id);
}

std::vector<idl::Attempt> WatchedStorage::load_open_attempts() {
  at_statement();
  return store_.load_open_attempts();
}

std::int64_t WatchedStorage::record_measurements(const idl::Attempt& attempt,
                                                 const std::vector<idl::Measurement>& batch) {
  at_statement();
  const std::int64_t acknowledged = store_.record_measurements(attempt, batch);
  changes_.emplace_back(NewMeasurements{attempt.session_id, attempt.number, batch});
  return acknowledged;
}

std::vector<idl::StoredMeasurement> WatchedStorage::load_measurements(std::int64_t session_id) {
  at_statement();
  return store_.load_measurements(session_id);
}

void WatchedStorage::record_checkpoint(const idl::Checkpoint& checkpoint) {
  at_statement();
  store_.record_checkpoint(checkpoint);
  note<NewCheckpoint>().record = checkpoint;
}

bool WatchedStorage::forget_checkpoint(std::int64_t session_id, std::int64_t number) {
  at_statement();
  changes_.emplace_back(ForgottenCheckpoint{session_id, number});
  return accepted(store_.forget_checkpoint(session_id, number), "a checkpoint");
}

std::vector<idl::Checkpoint> WatchedStorage::load_checkpoints(std::int64_t session_id) {
  at_statement();
  return store_.load_checkpoints(session_id);
}

std::optional<storage::StoredReply> WatchedStorage::find_reply(const std::string& principal,
                                                               const std::string& request_id) {
  at_statement();
  return store_.find_reply(principal, request_id);
}

void WatchedStorage::store_reply(const std::string& principal,
                                 const std::string& request_id,
                                 const storage::StoredReply& reply,
                                 std::int64_t now_ms) {
  at_statement();
  store_.store_reply(principal, request_id, reply, now_ms);
  changes_.emplace_back(NewReply{principal, request_id, reply});
}

void WatchedStorage::forget_replies(std::int64_t before_ms) {
  at_statement();
  store_.forget_replies(before_ms);
}

std::int64_t WatchedStorage::latest_reply_ms() {
  at_statement();
  return store_.latest_reply_ms();
}

}  // namespace automl::simulation
