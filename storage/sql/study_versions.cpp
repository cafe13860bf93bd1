// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

void SqlStorage::store_study_version(std::int64_t study_id, const idl::StudyVersion& version) {
  prepare_write("INSERT INTO study_versions (study_id, number, record) VALUES (?, ?, ?)")
      .bind(study_id)
      .bind(version.number)
      .bind_blob(encode_record(version))
      .run();
}

std::vector<idl::StudyVersion> SqlStorage::load_study_versions(std::int64_t study_id) {
  std::vector<idl::StudyVersion> versions;
  Rows rows(
      connection_->prepare("SELECT record FROM study_versions WHERE study_id = ? ORDER BY number")
          .bind(study_id));
  while (rows.next()) {
    decode_record(rows.bytes(0), versions.emplace_back());
  }
  return versions;
}

}  // namespace automl::storage
