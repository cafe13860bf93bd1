// SPDX-License-Identifier: Apache-2.0
#include "storage/errors.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sql/transaction.hpp"

namespace automl::storage {

namespace {

std::int64_t current_version(Connection& connection) {
  connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)");
  Rows rows(connection.prepare("SELECT MAX(version) FROM schema_version"));
  return rows.next() && !rows.null(0) ? rows.integer(0) : 0;
}

}  // namespace

void migrate(Connection& connection) {
  const auto newest = static_cast<std::int64_t>(migrations().size());
  const std::int64_t version = current_version(connection);
  if (version > newest) {
    throw Corruption("the store has schema " + std::to_string(version) +
                     ", written by a newer release; this release knows up to " +
                     std::to_string(newest) + ": use the newer release");
  }
  for (std::int64_t number = version + 1; number <= newest; ++number) {
    Transaction transaction(connection);
    connection.execute(migrations()[static_cast<std::size_t>(number - 1)].sql);
    connection.prepare("INSERT INTO schema_version (version) VALUES (?)").bind(number).run();
    transaction.commit();
  }
}

}  // namespace automl::storage
