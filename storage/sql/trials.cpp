// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "storage/errors.hpp"
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

namespace {

void insert_trial(Connection& connection, const idl::Trial& trial) {
  connection.prepare("INSERT INTO trials (study_id, number, state, record) VALUES (?, ?, ?, ?)")
      .bind(trial.study_id)
      .bind(trial.number)
      .bind(static_cast<std::int64_t>(trial.state))
      .bind_blob(encode_record(trial))
      .run();
}

}  // namespace

void SqlStorage::propose(const idl::Study& study,
                         std::vector<idl::Trial>& trials,
                         std::vector<idl::Session>& sessions) {
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!sessions.empty()) {
      create_session(sessions.at(i));
      trials[i].session_id = sessions[i].id;
    }
    insert_trial(*connection_, trials[i]);
  }
  update_study(study);
}

bool SqlStorage::update_trial(const idl::Trial& trial) {
  // Terminal states: complete, pruned, failed, cancelled.
  return connection_
             ->prepare(
                 "UPDATE trials SET state = ?, record = ? "
                 "WHERE study_id = ? AND number = ? AND state < 4")
             .bind(static_cast<std::int64_t>(trial.state))
             .bind_blob(encode_record(trial))
             .bind(trial.study_id)
             .bind(trial.number)
             .run() == 1;
}

std::vector<idl::Trial> SqlStorage::load_trials(std::int64_t study_id,
                                                std::int64_t from_number,
                                                std::int64_t limit) {
  std::vector<idl::Trial> trials;
  Statement& read = connection_->prepare(
      "SELECT record FROM trials WHERE study_id = ? AND number >= ? ORDER BY number LIMIT ?");
  read.bind(study_id)
      .bind(from_number)
      .bind(limit > 0 ? limit : std::numeric_limits<std::int64_t>::max());
  while (read.next()) {
    decode_record(read.bytes(0), trials.emplace_back());
  }
  return trials;
}

}  // namespace automl::storage
