// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

void SqlStorage::record_checkpoint(const idl::Checkpoint& checkpoint) {
  prepare_write("INSERT INTO checkpoints (session_id, number, record) VALUES (?, ?, ?)")
      .bind(checkpoint.session_id)
      .bind(checkpoint.number)
      .bind_blob(encode_record(checkpoint))
      .run();
}

bool SqlStorage::forget_checkpoint(std::int64_t session_id, std::int64_t number) {
  return prepare_write("DELETE FROM checkpoints WHERE session_id = ? AND number = ?")
             .bind(session_id)
             .bind(number)
             .run() > 0;
}

std::vector<idl::Checkpoint> SqlStorage::load_checkpoints(std::int64_t session_id) {
  std::vector<idl::Checkpoint> checkpoints;
  Rows rows(session_id == 0
                ? connection_->prepare("SELECT record FROM checkpoints ORDER BY session_id, number")
                : connection_
                      ->prepare("SELECT record FROM checkpoints WHERE session_id = ? "
                                "ORDER BY number")
                      .bind(session_id));
  while (rows.next()) {
    decode_record(rows.bytes(0), checkpoints.emplace_back());
  }
  return checkpoints;
}

}  // namespace automl::storage
