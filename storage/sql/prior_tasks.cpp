// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sql/transaction.hpp"

namespace automl::storage {

void SqlStorage::store_prior_tasks(std::int64_t study_id,
                                   const std::vector<idl::PriorTask>& tasks) {
  require_turn();
  all_or_nothing(*connection_, [&] {
    for (std::size_t place = 0; place < tasks.size(); ++place) {
      connection_->prepare("INSERT INTO prior_tasks (study_id, place, record) VALUES (?, ?, ?)")
          .bind(study_id)
          .bind(static_cast<std::int64_t>(place))
          .bind_blob(encode_record(tasks[place]))
          .run();
    }
  });
}

std::vector<idl::PriorTask> SqlStorage::load_prior_tasks(std::int64_t study_id) {
  std::vector<idl::PriorTask> tasks;
  Rows rows(connection_->prepare("SELECT record FROM prior_tasks WHERE study_id = ? ORDER BY place")
                .bind(study_id));
  while (rows.next()) {
    decode_record(rows.bytes(0), tasks.emplace_back());
  }
  return tasks;
}

}  // namespace automl::storage
