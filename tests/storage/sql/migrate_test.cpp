// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gtest/gtest.h>

#include "storage/errors.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/open.hpp"
#include "tests/storage/sqlite/faulty_disk.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {

namespace {

std::int64_t version_of(Connection& connection) {
  Rows rows(connection.prepare("SELECT MAX(version) FROM schema_version"));
  return rows.next() ? rows.integer(0) : -1;
}

}  // namespace

TEST(Migrations, AreNumberedWithoutGaps) {
  int expected = 0;
  for (const Migration& migration : migrations()) {
    EXPECT_EQ(migration.number, ++expected);
    EXPECT_FALSE(migration.sql.empty());
  }
  EXPECT_GE(expected, 1);
}

TEST(Migrations, EmptyFileBecomesAStore) {
  const TemporaryDirectory home;
  std::ofstream(home / "automl.db").close();
  const std::unique_ptr<Storage> storage = open_sqlite(home / "automl.db");
  EXPECT_EQ(storage->claim_epoch(), 1);
}

TEST(Migrations, RunOnce) {
  SqliteConnection connection(":memory:");
  migrate(connection);
  const std::int64_t version = version_of(connection);
  EXPECT_EQ(version, static_cast<std::int64_t>(migrations().size()));
  migrate(connection);
  EXPECT_EQ(version_of(connection), version);
}

TEST(Migrations, NewerSchemaIsRefusedAndLeftAlone) {
  const auto connection = std::make_shared<SqliteConnection>(":memory:");
  migrate(*connection);
  connection->execute("INSERT INTO schema_version (version) VALUES (1000)");
  try {
    SqlStorage storage(connection);
    FAIL();
  } catch (const Corruption& error) {
    EXPECT_NE(std::string(error.what()).find("schema 1000"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("newer release"), std::string::npos) << error.what();
  }
  EXPECT_EQ(version_of(*connection), 1000);
}

TEST(Migrations, PowerCutDuringSetUpIsMadeGood) {
  std::int64_t syncs = 0;
  {
    FaultyDisk disk;
    SqlStorage storage(std::make_shared<SqliteConnection>("/automl.db", disk.vfs()));
    syncs = disk.syncs();
  }
  ASSERT_GT(syncs, 1);
  for (std::int64_t sync = 1; sync <= syncs; ++sync) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(std::to_string(sync) + (after ? " after" : " before"));
      FaultyDisk disk;
      disk.cut_power_at_sync(sync, after);
      EXPECT_THROW(SqlStorage(std::make_shared<SqliteConnection>("/automl.db", disk.vfs())),
                   Unavailable);
      disk.power_up(static_cast<std::uint64_t>(sync));
      SqlStorage storage(std::make_shared<SqliteConnection>("/automl.db", disk.vfs()));
      EXPECT_EQ(storage.claim_epoch(), 1);
    }
  }
}

}  // namespace automl::storage
