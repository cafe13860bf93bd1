// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <stdexcept>

#include "storage/errors.hpp"
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sql/transaction.hpp"

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
  if (!sessions.empty() && sessions.size() != trials.size()) {
    throw std::logic_error("propose: one session a trial, or none");
  }
  require_turn();
  all_or_nothing(*connection_, [&] {
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (!sessions.empty()) {
        create_session(sessions[i]);
        trials[i].session_id = sessions[i].id;
      }
      insert_trial(*connection_, trials[i]);
    }
    update_study(study);
  });
}

bool SqlStorage::update_trial(const idl::Trial& trial) {
  // Terminal states: complete, pruned, failed, cancelled.
  return prepare_write(
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
  Rows rows(connection_
                ->prepare("SELECT record FROM trials WHERE study_id = ? AND number >= ? "
                          "ORDER BY number LIMIT ?")
                .bind(study_id)
                .bind(from_number)
                .bind(limit > 0 ? limit : std::numeric_limits<std::int64_t>::max()));
  while (rows.next()) {
    decode_record(rows.bytes(0), trials.emplace_back());
  }
  return trials;
}

}  // namespace automl::storage
