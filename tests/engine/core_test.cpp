// SPDX-License-Identifier: Apache-2.0
#include "engine/core.hpp"

#include <gtest/gtest.h>

#include "engine/study_manager.hpp"

#include "storage/errors.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

// Commits fail while `broken`, with nothing written, as on a full disk.
class BreakableStorage : public storage::SqlStorage {
 public:
  using SqlStorage::SqlStorage;
  void commit() override {
    if (broken) {
      throw storage::Unavailable("disk full");
    }
    SqlStorage::commit();
  }
  bool broken = false;
};

struct Breakable {
  Breakable() : Breakable(std::make_shared<storage::SqliteConnection>(":memory:")) {}
  explicit Breakable(std::shared_ptr<storage::Connection> connection)
      : owned(std::make_unique<BreakableStorage>(std::move(connection))), storage(owned.get()) {}
  std::unique_ptr<BreakableStorage> owned;
  BreakableStorage* storage;
};

TEST(Core, AFailedCommitIsToldToTheCallerAndLeavesNothing) {
  Breakable store;
  DrivenCore engine(std::move(store.owned), {});
  store.storage->broken = true;
  EXPECT_EQ(refusal(engine.submit(small_study("s"), "r")), "unavailable: disk full");
  EXPECT_EQ(engine.core().trouble(), "disk full");
  EXPECT_TRUE(engine.take_launches().empty());
  store.storage->broken = false;
  engine.wait_ms(1'000);
  EXPECT_EQ(engine.core().trouble(), "");
  EXPECT_TRUE(engine.storage().load_studies().empty());
  engine.submit(small_study("s"), "r");
  EXPECT_EQ(engine.take_launches().size(), 1U);
}

TEST(Core, ALaunchWhoseCommitFailedIsNotCarriedOut) {
  Breakable store;
  DrivenCore engine(std::move(store.owned), {});
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.5)});
  store.storage->broken = true;
  EXPECT_EQ(refusal(engine.finish(token, exited(0))), "unavailable: disk full");
  EXPECT_TRUE(engine.take_launches().empty()) << "the next trial's attempt is not durable";
  store.storage->broken = false;
  EXPECT_EQ(refusal(engine.finish(token, exited(0))), "") << "the runner repeats";
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
  EXPECT_EQ(engine.take_launches().size(), 1U);
}

TEST(Core, ASecondEngineEndsTheFirst) {
  const auto connection = std::make_shared<storage::SqliteConnection>(":memory:");
  Breakable first(connection);
  DrivenCore old_engine(std::move(first.owned), {});
  Breakable second(connection);
  DrivenCore new_engine(std::move(second.owned), {});
  EXPECT_THROW(old_engine.turn(TimerFired()), storage::Superseded);
  new_engine.submit(small_study("s"));
  EXPECT_EQ(new_engine.take_launches().size(), 1U);
}

TEST(Core, AStoredStudyThatMakesNoSenseEndsTheEngine) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  engine.complete(engine.take_token(), 0.5);
  idl::Study study = engine.study("s");
  study.spec.objectives.clear();  // as of an engine that knew no list of them
  engine.storage().begin();
  engine.storage().update_study(study);
  engine.storage().commit();
  EXPECT_THROW(engine.restart(), storage::Corruption);
}

TEST(Core, IsIdleWithoutOpenWork) {
  DrivenCore engine;
  EXPECT_TRUE(engine.core().idle());
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 1;
  engine.submit(spec);
  EXPECT_FALSE(engine.core().idle());
  engine.complete(engine.take_token(), 1);
  EXPECT_TRUE(engine.core().idle());
  idl::StudySpec asked = small_study("asked");
  asked.command.clear();
  engine.submit(asked);
  EXPECT_TRUE(engine.core().idle()) << "whoever asks brings the engine back";
}

}  // namespace

}  // namespace automl::engine
