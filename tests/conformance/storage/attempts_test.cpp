// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr auto kEnds = {idl::AttemptState::COMPLETE,
                        idl::AttemptState::FAILED,
                        idl::AttemptState::STOPPED,
                        idl::AttemptState::LOST,
                        idl::AttemptState::PREEMPTED};

// Ends the attempt, so that the session may have another one.
void end(Storage& storage, idl::Attempt attempt) {
  attempt.state = idl::AttemptState::FAILED;
  ASSERT_TRUE(storage.update_attempt(attempt));
}

}  // namespace

TEST_P(StorageConformance, AttemptBeginsTogetherWithItsSession) {
  idl::Session session;
  idl::Attempt attempt;
  turn([&] {
    session = records::stored_session(storage());
    session.state = idl::SessionState::LAUNCHING;
    session.attempts = 1;
    attempt = records::attempt(session.id, 1, "token");
    storage().begin_attempt(attempt, session);
  });
  reopen();
  EXPECT_EQ(storage().load_session(session.id), session);
  EXPECT_THAT(storage().load_attempts(session.id), ElementsAre(attempt));
  EXPECT_THAT(storage().load_open_attempts(), ElementsAre(attempt));
  EXPECT_THAT(storage().load_attempts(session.id + 1), IsEmpty());
}

TEST_P(StorageConformance, RefusedAttemptLeavesItsSessionAlone) {
  idl::Session session;
  turn([&] {
    session = records::stored_session(storage());
    const idl::Attempt first = records::stored_attempt(storage(), session, "token");
    session = *storage().load_session(session.id);
    end(storage(), first);
    idl::Session moved = session;
    moved.reason = "moved";
    EXPECT_THROW(storage().begin_attempt(records::attempt(session.id, 1, "new"), moved), Conflict);
    EXPECT_THROW(storage().begin_attempt(records::attempt(session.id, 2, "token"), moved),
                 Conflict);
    EXPECT_THROW(storage().begin_attempt(records::attempt(session.id, 0, "new"), moved), Conflict);
    EXPECT_THROW(storage().begin_attempt(records::attempt(session.id, -1, "new"), moved), Conflict);
  });
  EXPECT_EQ(storage().load_session(session.id), session);
  EXPECT_EQ(storage().load_attempts(session.id).size(), 1U);
}

TEST_P(StorageConformance, TokenIsUniqueAmongAllSessions) {
  turn([&] {
    records::stored_attempt(storage(), records::stored_session(storage(), "ada/digits/1"), "token");
    const idl::Session other = records::stored_session(storage(), "ada/digits/2");
    EXPECT_THROW(records::stored_attempt(storage(), other, "token"), Conflict);
    records::stored_attempt(storage(), other, "Token");
  });
  EXPECT_EQ(storage().load_open_attempts().size(), 2U);
}

TEST_P(StorageConformance, SessionHasAtMostOneOpenAttempt) {
  turn([&] {
    const idl::Session session = records::stored_session(storage());
    const idl::Attempt first = records::stored_attempt(storage(), session, "one");
    EXPECT_THROW(records::stored_attempt(storage(), session, "two"), Conflict);
    end(storage(), first);
    records::stored_attempt(storage(), session, "two");
    EXPECT_EQ(storage().load_open_attempts().at(0).token, "two");
  });
}

TEST_P(StorageConformance, EndedSessionGetsNoAttempt) {
  turn([&] {
    idl::Session session = records::stored_session(storage());
    session.state = idl::SessionState::STOPPED;
    storage().update_session(session);
    EXPECT_THROW(records::stored_attempt(storage(), session, "token"), Conflict);
    EXPECT_THAT(storage().load_attempts(session.id), IsEmpty());
    session.id += 1;
    EXPECT_THROW(records::stored_attempt(storage(), session, "token"), Conflict);
  });
}

TEST_P(StorageConformance, EndedAttemptStaysAsItIs) {
  int number = 0;
  for (const auto state : kEnds) {
    turn([&] {
      const std::string n = std::to_string(++number);
      idl::Attempt attempt = records::stored_attempt(
          storage(), records::stored_session(storage(), "ada/digits/" + n), "token" + n);
      for (const auto open :
           {idl::AttemptState::RUNNING, idl::AttemptState::SUSPECT, idl::AttemptState::RUNNING}) {
        attempt.state = open;
        EXPECT_TRUE(storage().update_attempt(attempt));
      }
      attempt.state = state;
      attempt.exit.code = 3;
      EXPECT_TRUE(storage().update_attempt(attempt));
      idl::Attempt late = attempt;
      late.handle = "too late";
      EXPECT_FALSE(storage().update_attempt(late));
      late.state = idl::AttemptState::RUNNING;
      EXPECT_FALSE(storage().update_attempt(late));
      EXPECT_THAT(storage().load_attempts(attempt.session_id), ElementsAre(attempt));
    });
  }
  EXPECT_THAT(storage().load_open_attempts(), IsEmpty());
}

TEST_P(StorageConformance, AnotherTokenChangesNothing) {
  turn([&] {
    const idl::Attempt attempt =
        records::stored_attempt(storage(), records::stored_session(storage()), "token");
    for (const std::string token : {"Token", "token ", "", "other"}) {
      idl::Attempt stale = attempt;
      stale.token = token;
      stale.state = idl::AttemptState::COMPLETE;
      EXPECT_FALSE(storage().update_attempt(stale)) << token;
      EXPECT_THROW(storage().record_measurements(stale, {records::measurement(1, 0.5)}), Conflict);
    }
    idl::Attempt stale = attempt;
    stale.number = 2;
    EXPECT_FALSE(storage().update_attempt(stale));
    EXPECT_THAT(storage().load_open_attempts(), ElementsAre(attempt));
  });
}

TEST_P(StorageConformance, AttemptsComeInOrder) {
  turn([&] {
    const idl::Session one = records::stored_session(storage(), "ada/digits/1");
    const idl::Session two = records::stored_session(storage(), "ada/digits/2");
    records::stored_attempt(storage(), two, "t0");
    for (int i = 1; i <= 12; ++i) {
      const idl::Attempt attempt = records::stored_attempt(storage(), one, "t" + std::to_string(i));
      if (i < 12) {
        end(storage(), attempt);
      }
    }
    const std::vector<idl::Attempt> attempts = storage().load_attempts(one.id);
    ASSERT_EQ(attempts.size(), 12U);
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(attempts[static_cast<std::size_t>(i)].number, i + 1);
    }
    const std::vector<idl::Attempt> open = storage().load_open_attempts();
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].token, "t12");
    EXPECT_EQ(open[1].token, "t0");
  });
}

}  // namespace automl::storage
