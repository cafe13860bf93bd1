// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

std::optional<StoredReply> SqlStorage::find_reply(const std::string& principal,
                                                  const std::string& request_id) {
  Rows rows(connection_
                ->prepare("SELECT body_digest, reply FROM requests "
                          "WHERE principal = ? AND request_id = ?")
                .bind_text(principal)
                .bind_text(request_id));
  if (!rows.next()) {
    return std::nullopt;
  }
  return StoredReply{rows.bytes(0), rows.bytes(1)};
}

void SqlStorage::store_reply(const std::string& principal,
                             const std::string& request_id,
                             const StoredReply& reply,
                             std::int64_t time_ms) {
  prepare_write(
      "INSERT INTO requests (principal, request_id, body_digest, reply, time_ms) "
      "VALUES (?, ?, ?, ?, ?)")
      .bind_text(principal)
      .bind_text(request_id)
      .bind_text(reply.body_digest)
      .bind_blob(reply.reply)
      .bind(time_ms)
      .run();
}

void SqlStorage::forget_replies(std::int64_t before_ms) {
  prepare_write("DELETE FROM requests WHERE time_ms < ?").bind(before_ms).run();
}

std::int64_t SqlStorage::latest_reply_ms() {
  Rows rows(connection_->prepare("SELECT COALESCE(MAX(time_ms), 0) FROM requests"));
  rows.next();
  return rows.integer(0);
}

}  // namespace automl::storage
