// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

namespace {

std::vector<idl::ScheduleEvent> read(Statement& statement) {
  std::vector<idl::ScheduleEvent> events;
  Rows rows(statement);
  while (rows.next()) {
    decode_record(rows.bytes(0), events.emplace_back());
  }
  return events;
}

}  // namespace

void SqlStorage::append_schedule(std::int64_t study_id, const idl::ScheduleEvent& event) {
  prepare_write(
      "INSERT INTO schedule_events (study_id, position, trial, record) VALUES (?, ?, ?, ?)")
      .bind(study_id)
      .bind(event.position)
      .bind(event.trial)
      .bind_blob(encode_record(event))
      .run();
}

std::vector<idl::ScheduleEvent> SqlStorage::load_schedule(std::int64_t study_id) {
  return read(connection_
                  ->prepare("SELECT record FROM schedule_events WHERE study_id = ? "
                            "ORDER BY position")
                  .bind(study_id));
}

std::vector<idl::ScheduleEvent> SqlStorage::load_trial_schedule(std::int64_t study_id,
                                                                std::int64_t trial) {
  return read(connection_
                  ->prepare("SELECT record FROM schedule_events WHERE study_id = ? AND trial = ? "
                            "ORDER BY position")
                  .bind(study_id)
                  .bind(trial));
}

}  // namespace automl::storage
