// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/sql/sql_storage.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// The real store of one engine process with faults in front of it. What a turn wrote is handed to
// `committed` at the moment it is durable, also when the engine never learns that it is.
class WatchedStorage : public storage::Storage {
 public:
  WatchedStorage(World& world,
                 std::shared_ptr<storage::Connection> connection,
                 std::function<void(const std::vector<Change>&)> committed);

  std::int64_t claim_epoch() override;
  void begin() override;
  void commit() override;
  void rollback() noexcept override;

  std::int64_t create_study(const idl::Study& study) override;
  void update_study(const idl::Study& study) override;
  std::vector<idl::Study> load_studies() override;
  void store_prior_tasks(std::int64_t study_id, const std::vector<idl::PriorTask>& tasks) override;
  std::vector<idl::PriorTask> load_prior_tasks(std::int64_t study_id) override;
  void store_study_version(std::int64_t study_id, const idl::StudyVersion& version) override;
  std::vector<idl::StudyVersion> load_study_versions(std::int64_t study_id) override;
  void propose(const idl::Study& study,
               std::vector<idl::Trial>& trials,
               std::vector<idl::Session>& sessions) override;
  bool update_trial(const idl::Trial& trial) override;
  std::vector<idl::Trial> load_trials(std::int64_t study_id,
                                      std::int64_t from_number,
                                      std::int64_t limit) override;
  void create_session(idl::Session& session) override;
  std::int64_t next_session_number(const std::string& owner, const std::string& dataset) override;
  bool update_session(const idl::Session& session) override;
  std::optional<idl::Session> find_session(const std::string& name) override;
  std::optional<idl::Session> load_session(std::int64_t id) override;
  std::vector<idl::Session> load_recent_sessions(std::int64_t study_id,
                                                 std::int64_t limit) override;
  std::vector<idl::Session> load_open_sessions() override;
  void begin_attempt(const idl::Attempt& attempt, const idl::Session& session) override;
  bool update_attempt(const idl::Attempt& attempt) override;
  std::vector<idl::Attempt> load_attempts(std::int64_t session_id) override;
  std::vector<idl::Attempt> load_open_attempts() override;
  std::int64_t record_measurements(const idl::Attempt& attempt,
                                   const std::vector<idl::Measurement>& batch) override;
  std::vector<idl::StoredMeasurement> load_measurements(std::int64_t session_id) override;
  void append_schedule(std::int64_t study_id, const idl::ScheduleEvent& event) override;
  std::vector<idl::ScheduleEvent> load_schedule(std::int64_t study_id) override;
  std::vector<idl::ScheduleEvent> load_trial_schedule(std::int64_t study_id,
                                                      std::int64_t trial) override;
  void record_checkpoint(const idl::Checkpoint& checkpoint) override;
  bool forget_checkpoint(std::int64_t session_id, std::int64_t number) override;
  std::vector<idl::Checkpoint> load_checkpoints(std::int64_t session_id) override;
  std::optional<storage::StoredReply> find_reply(const std::string& principal,
                                                 const std::string& request_id) override;
  void store_reply(const std::string& principal,
                   const std::string& request_id,
                   const storage::StoredReply& reply,
                   std::int64_t now_ms) override;
  void forget_replies(std::int64_t before_ms) override;
  std::int64_t latest_reply_ms() override;

 private:
  void at_statement();
  bool accepted(bool changed, const std::string& what);
  // A change to be filled in where it lies: records know no moves, so each temporary is a copy.
  template <typename Kind>
  Kind& note() {
    return std::get<Kind>(changes_.emplace_back(std::in_place_type<Kind>));
  }

  World& world_;
  storage::SqlStorage store_;
  std::function<void(const std::vector<Change>&)> committed_;
  std::vector<Change> changes_;
};

}  // namespace automl::simulation
