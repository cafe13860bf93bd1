// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/open.hpp"

#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"

namespace automl::storage {

std::unique_ptr<Storage> open_sqlite(const std::string& path) {
  return std::make_unique<SqlStorage>(std::make_shared<SqliteConnection>(path));
}

}  // namespace automl::storage
