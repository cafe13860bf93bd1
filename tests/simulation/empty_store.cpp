// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/empty_store.hpp"

#include <string>

#include "storage/sql/sql_storage.hpp"

namespace automl::simulation {

namespace {

struct Store {
  std::shared_ptr<storage::SqliteConnection> connection;
  std::string wipe;
};

Store make_store() {
  Store store{std::make_shared<storage::SqliteConnection>(":memory:"), ""};
  const storage::SqlStorage tables(store.connection);
  // Without foreign keys SQLite drops a table's pages at once instead of looking at each row.
  store.wipe = "PRAGMA foreign_keys = OFF; BEGIN; UPDATE engine SET epoch = 0;";
  storage::Rows names(store.connection->prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('engine', "
      "'schema_version')"));
  while (names.next()) {
    store.wipe += "DELETE FROM " + names.bytes(0) + ";";
  }
  store.wipe += "COMMIT; PRAGMA foreign_keys = ON";
  return store;
}

}  // namespace

std::shared_ptr<storage::SqliteConnection> empty_store() {
  thread_local Store kept = make_store();
  if (kept.connection.use_count() > 1) {
    return make_store().connection;  // an earlier run still uses it
  }
  kept.connection->rollback();
  kept.connection->execute(kept.wipe);
  return kept.connection;
}

}  // namespace automl::simulation
