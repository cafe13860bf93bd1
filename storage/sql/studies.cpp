// SPDX-License-Identifier: Apache-2.0
#include "storage/errors.hpp"
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

std::int64_t SqlStorage::create_study(const idl::Study& study) {
  prepare_write("INSERT INTO studies (owner, name, state, record) VALUES (?, ?, ?, ?)")
      .bind_text(study.owner)
      .bind_text(study.spec.name)
      .bind(static_cast<std::int64_t>(study.state))
      .bind_blob(encode_record(study))
      .run();
  return connection_->last_insert_id();
}

void SqlStorage::update_study(const idl::Study& study) {
  const std::int64_t changed =
      prepare_write(
          "UPDATE studies SET state = ?, record = ? WHERE id = ? AND owner = ? AND name = ?")
          .bind(static_cast<std::int64_t>(study.state))
          .bind_blob(encode_record(study))
          .bind(study.id)
          .bind_text(study.owner)
          .bind_text(study.spec.name)
          .run();
  if (changed != 1) {
    throw Conflict("study " + std::to_string(study.id) +
                   " of that owner and name is not in the store");
  }
}

std::vector<idl::Study> SqlStorage::load_studies() {
  std::vector<idl::Study> studies;
  Rows rows(connection_->prepare("SELECT id, record FROM studies ORDER BY id"));
  while (rows.next()) {
    idl::Study& study = studies.emplace_back();
    decode_record(rows.bytes(1), study);
    study.id = rows.integer(0);
  }
  return studies;
}

}  // namespace automl::storage
