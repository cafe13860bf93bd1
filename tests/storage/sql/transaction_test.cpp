// SPDX-License-Identifier: Apache-2.0
// What a turn promises when the power goes or an I/O call fails.
#include "storage/sql/transaction.hpp"

#include <gtest/gtest.h>

#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/storage/sql/numbered_turns.hpp"
#include "tests/storage/sqlite/faulty_disk.hpp"

namespace automl::storage {

namespace {

constexpr std::int64_t kTurns = 8;
constexpr std::int64_t kFillerBytes = 6000;  // more than a page: records spread over pages

// A checkpoint every few turns, so that those are interrupted too.
std::unique_ptr<Storage> open_on(const FaultyDisk& disk) {
  auto connection = std::make_shared<SqliteConnection>("/automl.db", disk.vfs());
  connection->execute("PRAGMA wal_autocheckpoint = 20");
  auto storage = std::make_unique<SqlStorage>(std::move(connection));
  storage->claim_epoch();
  return storage;
}

// Runs until the power is gone; returns how many turns were acknowledged.
std::int64_t run_until_dark(const FaultyDisk& disk, const NumberedTurns& turns) {
  std::int64_t acknowledged = 0;
  try {
    const std::unique_ptr<Storage> storage = open_on(disk);
    for (std::int64_t number = 1; number <= kTurns; ++number) {
      turns.run(*storage, number);
      acknowledged = number;
    }
  } catch (const Unavailable&) {
  }
  return acknowledged;
}

std::int64_t syncs_of_a_run(const NumberedTurns& turns) {
  FaultyDisk disk;
  EXPECT_EQ(run_until_dark(disk, turns), kTurns);
  return disk.syncs();
}

void expect_prefix_after_power_cut(std::int64_t sync, bool after, std::uint64_t keep_some_seed) {
  SCOPED_TRACE("sync " + std::to_string(sync) + (after ? " after" : " before") + " seed " +
               std::to_string(keep_some_seed));
  const NumberedTurns turns(kFillerBytes);
  FaultyDisk disk;
  disk.cut_power_at_sync(sync, after);
  const std::int64_t acknowledged = run_until_dark(disk, turns);
  disk.power_up(keep_some_seed);
  const std::unique_ptr<Storage> storage = open_on(disk);
  const std::int64_t kept = turns.count(*storage);
  EXPECT_GE(kept, acknowledged);
  EXPECT_LE(kept, acknowledged + 1);
  turns.run(*storage, kept + 1);
  EXPECT_EQ(turns.count(*storage), kept + 1);
}

}  // namespace

TEST(Transaction, PowerCutAtEverySyncLosesNothingAcknowledged) {
  const std::int64_t syncs = syncs_of_a_run(NumberedTurns(kFillerBytes));
  ASSERT_GT(syncs, 2 * kTurns);
  for (std::int64_t sync = 1; sync <= syncs && !HasFailure(); ++sync) {
    expect_prefix_after_power_cut(sync, false, 0);
    expect_prefix_after_power_cut(sync, true, 0);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      expect_prefix_after_power_cut(sync, false, seed);
    }
  }
}

TEST(Transaction, EveryIoCallMayFailOnce) {
  const NumberedTurns turns(kFillerBytes);
  std::int64_t calls = 0;
  {
    FaultyDisk disk;
    run_until_dark(disk, turns);
    calls = disk.calls();
  }
  ASSERT_GT(calls, 200);
  std::int64_t unavailable = 0;
  for (std::int64_t call = 1; call <= calls && !HasFailure(); ++call) {
    FaultyDisk disk;
    disk.fail_call(call, call % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE);
    SCOPED_TRACE("call " + std::to_string(call) + " of " + std::to_string(calls));
    std::unique_ptr<Storage> storage;
    std::int64_t done = 0;
    for (int failures = 0; done < kTurns && failures < 2;) {
      try {
        if (!storage) {
          storage = open_on(disk);
        }
        turns.run(*storage, done + 1);
        done = done + 1;
      } catch (const Unavailable&) {
        ++unavailable;
        ++failures;
        if (storage) {
          // Unknown: read again.
          storage->rollback();
          done = turns.count(*storage);
        }
      }
    }
    EXPECT_EQ(done, kTurns) << disk.failed();
    EXPECT_EQ(turns.count(*storage), kTurns) << disk.failed();
    storage.reset();
    disk.power_up();
    EXPECT_EQ(turns.count(*open_on(disk)), kTurns) << disk.failed();
  }
  EXPECT_GT(unavailable, calls / 4);
}

TEST(Transaction, FullOrReadOnlyDiskIsUnavailableUntilItIsNot) {
  const NumberedTurns turns(kFillerBytes);
  for (const int code : {SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR_WRITE}) {
    FaultyDisk disk;
    const std::unique_ptr<Storage> storage = open_on(disk);
    turns.run(*storage, 1);
    disk.fail_writes(code);
    for (int i = 0; i < 3; ++i) {
      try {
        turns.run(*storage, 2);
        FAIL() << "a full disk took a turn";
      } catch (const Unavailable& error) {
        EXPECT_EQ(std::string(error.what()).rfind("/automl.db: ", 0), 0U) << error.what();
      }
      storage->rollback();
      EXPECT_EQ(turns.count(*storage), 1);
    }
    disk.fail_writes(SQLITE_OK);
    turns.run(*storage, 2);
    EXPECT_EQ(turns.count(*storage), 2);
  }
}

}  // namespace automl::storage
