// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

// Everything a turn can change, once.
void change_all(Storage& storage) {
  idl::Study study = records::stored_study(storage);
  std::vector<idl::Trial> trials = {records::trial(study.id, 0)};
  std::vector<idl::Session> sessions = {records::session("ada/digits/1", study.id)};
  storage.propose(study, trials, sessions);
  trials[0].state = idl::TrialState::RUNNING;
  ASSERT_TRUE(storage.update_trial(trials[0]));
  storage.next_session_number("ada", "digits");
  const idl::Attempt attempt = records::stored_attempt(storage, sessions[0], "token");
  storage.record_measurements(attempt, {records::measurement(1, 0.5)});
  storage.store_reply("ada", "request", {"digest", "reply"}, 10);
}

void expect_nothing(Storage& storage) {
  EXPECT_THAT(storage.load_studies(), IsEmpty());
  EXPECT_THAT(storage.load_trials(1, 0, 0), IsEmpty());
  EXPECT_THAT(storage.load_recent_sessions(0, 10), IsEmpty());
  EXPECT_THAT(storage.load_open_sessions(), IsEmpty());
  EXPECT_THAT(storage.load_attempts(1), IsEmpty());
  EXPECT_THAT(storage.load_open_attempts(), IsEmpty());
  EXPECT_THAT(storage.load_measurements(1), IsEmpty());
  EXPECT_FALSE(storage.find_session("ada/digits/1"));
  EXPECT_FALSE(storage.find_reply("ada", "request"));
}

void expect_all(Storage& storage) {
  EXPECT_EQ(storage.load_studies().size(), 1U);
  EXPECT_EQ(storage.load_trials(1, 0, 0).at(0).state, idl::TrialState::RUNNING);
  EXPECT_EQ(storage.load_open_sessions().size(), 1U);
  EXPECT_EQ(storage.load_open_attempts().at(0).acknowledged_sequence, 1);
  EXPECT_EQ(storage.load_measurements(1).size(), 1U);
  EXPECT_EQ(storage.find_reply("ada", "request").value().reply, "reply");
}

}  // namespace

TEST_P(StorageConformance, RollbackLeavesNothing) {
  storage().begin();
  change_all(storage());
  expect_all(storage());
  storage().rollback();
  expect_nothing(storage());
  reopen();
  expect_nothing(storage());
  turn([&] {
    change_all(storage());
    EXPECT_EQ(storage().next_session_number("ada", "digits"), 2);
  });
  expect_all(storage());
}

TEST_P(StorageConformance, ClosingWithoutCommitLeavesNothing) {
  storage().begin();
  change_all(storage());
  storage().rollback();
  storage_.reset();
  reopen();
  expect_nothing(storage());
}

TEST_P(StorageConformance, CommittedTurnIsThereAfterReopening) {
  turn([&] { change_all(storage()); });
  expect_all(storage());
  reopen();
  expect_all(storage());
}

TEST_P(StorageConformance, RollbackOutsideOfATurnIsHarmless) {
  storage().rollback();
  turn([&] { change_all(storage()); });
  storage().rollback();
  storage().rollback();
  expect_all(storage());
}

TEST_P(StorageConformance, EmptyTurnsAreHarmless) {
  for (int i = 0; i < 3; ++i) {
    turn([] {});
    storage().begin();
    storage().rollback();
  }
  expect_nothing(storage());
}

TEST_P(StorageConformance, TurnGoesOnAfterAConflict) {
  turn([&] {
    change_all(storage());
    EXPECT_THROW(storage().create_study(records::study("digits")), Conflict);
    EXPECT_THROW(storage().store_reply("ada", "request", {"other", "other"}, 11), Conflict);
    storage().create_study(records::study("another"));
  });
  EXPECT_EQ(storage().load_studies().size(), 2U);
  EXPECT_EQ(storage().find_reply("ada", "request").value().reply, "reply");
}

TEST_P(StorageConformance, ChangesOutsideOfATurnAreRefused) {
  turn([&] { change_all(storage()); });
  idl::Study study = storage().load_studies().at(0);
  idl::Session session = storage().load_session(1).value();
  const idl::Attempt attempt = storage().load_attempts(1).at(0);
  std::vector<idl::Trial> trials;
  std::vector<idl::Session> sessions;
  EXPECT_THROW(storage().create_study(records::study("x")), std::logic_error);
  EXPECT_THROW(storage().update_study(study), std::logic_error);
  EXPECT_THROW(storage().propose(study, trials, sessions), std::logic_error);
  EXPECT_THROW(storage().update_trial(records::trial(1, 0)), std::logic_error);
  EXPECT_THROW(storage().create_session(session), std::logic_error);
  EXPECT_THROW(storage().next_session_number("ada", "digits"), std::logic_error);
  EXPECT_THROW(storage().update_session(session), std::logic_error);
  EXPECT_THROW(storage().begin_attempt(attempt, session), std::logic_error);
  EXPECT_THROW(storage().update_attempt(attempt), std::logic_error);
  EXPECT_THROW(storage().record_measurements(attempt, {}), std::logic_error);
  EXPECT_THROW(storage().store_reply("a", "b", {}, 0), std::logic_error);
  EXPECT_THROW(storage().forget_replies(100), std::logic_error);
  EXPECT_THROW(storage().commit(), std::logic_error);
  expect_all(storage());
}

TEST_P(StorageConformance, TurnInsideOfATurnIsRefused) {
  storage().begin();
  change_all(storage());
  EXPECT_THROW(storage().begin(), std::logic_error);
  storage().commit();
  expect_all(storage());
}

TEST_P(StorageConformance, TurnNeedsAnEpoch) {
  storage_.reset();
  storage_ = store_->open();
  EXPECT_THROW(storage().begin(), Superseded);
  storage().claim_epoch();
  turn([&] { change_all(storage()); });
}

TEST_P(StorageConformance, EpochsGrow) {
  storage_.reset();
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const std::unique_ptr<Storage> again = store_->open();
    const std::int64_t epoch = again->claim_epoch();
    EXPECT_GT(epoch, last);
    last = epoch;
  }
}

TEST_P(StorageConformance, SecondClaimSupersedesTheFirst) {
  if (!store_->shareable()) {
    EXPECT_THROW(store_->open(), Unavailable);
    GTEST_SKIP() << "this store refuses a second owner altogether, as was just seen";
  }
  turn([&] { change_all(storage()); });
  const std::unique_ptr<Storage> second = store_->open();
  storage().begin();
  storage().rollback();  // opening alone supersedes nobody
  second->claim_epoch();
  EXPECT_THROW(storage().begin(), Superseded);
  EXPECT_THROW(storage().create_study(records::study("late")), std::logic_error);
  EXPECT_THROW(storage().begin(), Superseded);
  second->begin();
  second->create_study(records::study("other"));
  second->commit();
  EXPECT_EQ(second->load_studies().size(), 2U);
}

TEST_P(StorageConformance, RepliesAreKeptByPrincipalAndRequest) {
  turn([&] {
    storage().store_reply("ada", "1", {"digest", std::string("re\0ply", 6)}, 10);
    storage().store_reply("bob", "1", {"other", ""}, 20);
    EXPECT_THROW(storage().store_reply("ada", "1", {"digest", "again"}, 30), Conflict);
  });
  reopen();
  EXPECT_EQ(storage().find_reply("ada", "1").value().body_digest, "digest");
  EXPECT_EQ(storage().find_reply("ada", "1").value().reply, std::string("re\0ply", 6));
  EXPECT_EQ(storage().find_reply("bob", "1").value().reply, "");
  EXPECT_FALSE(storage().find_reply("ada", "2"));
  EXPECT_FALSE(storage().find_reply("Ada", "1"));
}

TEST_P(StorageConformance, OldRepliesAreForgotten) {
  EXPECT_EQ(storage().latest_reply_ms(), 0);
  turn([&] {
    storage().store_reply("ada", "1", {"d", "r"}, 10);
    storage().store_reply("ada", "2", {"d", "r"}, 20);
    storage().store_reply("ada", "3", {"d", "r"}, 30);
    storage().forget_replies(20);
    EXPECT_FALSE(storage().find_reply("ada", "1"));
    EXPECT_TRUE(storage().find_reply("ada", "2"));
    storage().store_reply("ada", "1", {"d", "new"}, 40);
  });
  EXPECT_EQ(storage().latest_reply_ms(), 40);
  turn([&] { storage().forget_replies(1000); });
  EXPECT_FALSE(storage().find_reply("ada", "1"));
  EXPECT_FALSE(storage().find_reply("ada", "3"));
}

}  // namespace automl::storage
