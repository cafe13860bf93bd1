// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/open.hpp"

#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/conformance/storage/store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {

namespace {

// The database lives as long as its one connection, which each Storage borrows.
class MemoryStore : public Store {
 public:
  std::unique_ptr<Storage> open() override { return std::make_unique<SqlStorage>(connection_); }
  bool shareable() const override { return true; }

 private:
  std::shared_ptr<Connection> connection_ = std::make_shared<SqliteConnection>(":memory:");
};

class FileStore : public Store {
 public:
  std::unique_ptr<Storage> open() override { return open_sqlite(directory_ / "automl.db"); }
  bool shareable() const override { return false; }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(SqliteInMemory, StorageConformance, testing::Values([] {
                           return std::make_unique<MemoryStore>();
                         }));
INSTANTIATE_TEST_SUITE_P(SqliteFile, StorageConformance, testing::Values([] {
                           return std::make_unique<FileStore>();
                         }));

}  // namespace automl::storage
