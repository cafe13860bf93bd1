// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<std::string> names(const std::vector<idl::Session>& sessions) {
  std::vector<std::string> result;
  for (const idl::Session& session : sessions) {
    result.push_back(session.name);
  }
  return result;
}

constexpr auto kEnds = {
    idl::SessionState::COMPLETE, idl::SessionState::FAILED, idl::SessionState::STOPPED};

}  // namespace

TEST_P(StorageConformance, SessionComesBackWhole) {
  idl::Session session;
  turn([&] { session = records::stored_session(storage()); });
  EXPECT_GT(session.id, 0);
  reopen();
  EXPECT_EQ(storage().load_session(session.id), session);
  EXPECT_EQ(storage().find_session(session.name), session);
  EXPECT_FALSE(storage().load_session(session.id + 1));
  EXPECT_FALSE(storage().find_session("ada/digits/2"));
  EXPECT_FALSE(storage().find_session("ADA/digits/1"));
  EXPECT_FALSE(storage().find_session("ada/digits/%"));
}

TEST_P(StorageConformance, SessionNamesAreUnique) {
  turn([&] {
    const idl::Session first = records::stored_session(storage(), "ada/digits/1");
    EXPECT_THROW(records::stored_session(storage(), "ada/digits/1"), Conflict);
    EXPECT_GT(records::stored_session(storage(), "Ada/digits/1").id, first.id);
  });
  EXPECT_THAT(names(storage().load_recent_sessions(0, 10)),
              ElementsAre("Ada/digits/1", "ada/digits/1"));
}

TEST_P(StorageConformance, SessionNumbersCountFromOneForEachOwnerAndDataset) {
  turn([&] {
    EXPECT_EQ(storage().next_session_number("ada", "digits"), 1);
    EXPECT_EQ(storage().next_session_number("ada", "digits"), 2);
    EXPECT_EQ(storage().next_session_number("ada", "iris"), 1);
    EXPECT_EQ(storage().next_session_number("bob", "digits"), 1);
    EXPECT_EQ(storage().next_session_number("Ada", "digits"), 1);
    EXPECT_EQ(storage().next_session_number("ada", "digits "), 1);
  });
  reopen();
  turn([&] { EXPECT_EQ(storage().next_session_number("ada", "digits"), 3); });
}

TEST_P(StorageConformance, EndedSessionStaysAsItIs) {
  int number = 0;
  for (const auto end : kEnds) {
    turn([&] {
      idl::Session session =
          records::stored_session(storage(), "ada/digits/" + std::to_string(++number));
      for (const auto state : {idl::SessionState::LAUNCHING,
                               idl::SessionState::RUNNING,
                               idl::SessionState::PAUSED,
                               idl::SessionState::QUEUED}) {
        session.state = state;
        EXPECT_TRUE(storage().update_session(session));
        EXPECT_EQ(storage().load_session(session.id), session);
      }
      session.state = end;
      EXPECT_TRUE(storage().update_session(session));
      idl::Session late = session;
      late.reason = "too late";
      EXPECT_FALSE(storage().update_session(late));
      late.state = idl::SessionState::RUNNING;
      EXPECT_FALSE(storage().update_session(late));
      EXPECT_EQ(storage().load_session(session.id), session);
    });
  }
  EXPECT_THAT(storage().load_open_sessions(), IsEmpty());
}

TEST_P(StorageConformance, SessionThatIsNotThereIsNotUpdated) {
  turn([&] {
    idl::Session session = records::stored_session(storage());
    idl::Session other = session;
    other.id += 1;
    EXPECT_FALSE(storage().update_session(other));
    other = session;
    other.name = "ada/digits/9";
    EXPECT_FALSE(storage().update_session(other));
    EXPECT_EQ(storage().load_session(session.id), session);
  });
}

TEST_P(StorageConformance, RecentSessionsComeNewestFirst) {
  turn([&] {
    for (int i = 1; i <= 5; ++i) {
      idl::Session session = records::session("ada/digits/" + std::to_string(i), i % 2 + 1);
      storage().create_session(session);
    }
  });
  EXPECT_THAT(names(storage().load_recent_sessions(0, 3)),
              ElementsAre("ada/digits/5", "ada/digits/4", "ada/digits/3"));
  EXPECT_THAT(names(storage().load_recent_sessions(2, 2)),
              ElementsAre("ada/digits/5", "ada/digits/3"));
  EXPECT_THAT(names(storage().load_recent_sessions(1, 100)),
              ElementsAre("ada/digits/4", "ada/digits/2"));
  EXPECT_THAT(storage().load_recent_sessions(7, 100), IsEmpty());
  EXPECT_THAT(storage().load_recent_sessions(0, 0), IsEmpty());
  EXPECT_THAT(storage().load_recent_sessions(0, -1), IsEmpty());
  EXPECT_EQ(storage().load_recent_sessions(0, std::numeric_limits<std::int64_t>::max()).size(), 5U);
}

TEST_P(StorageConformance, OpenSessionsAreThoseNotEnded) {
  turn([&] {
    int number = 0;
    for (const auto state : {idl::SessionState::QUEUED,
                             idl::SessionState::COMPLETE,
                             idl::SessionState::RUNNING,
                             idl::SessionState::PAUSED}) {
      idl::Session session = records::session("ada/digits/" + std::to_string(++number));
      session.state = state;
      storage().create_session(session);
    }
  });
  EXPECT_THAT(names(storage().load_open_sessions()),
              ElementsAre("ada/digits/1", "ada/digits/3", "ada/digits/4"));
}

TEST_P(StorageConformance, SessionStateOutOfRangeIsRefused) {
  turn([&] {
    idl::Session session = records::session("ada/digits/1");
    session.state = static_cast<idl::SessionState::type>(0);
    EXPECT_THROW(storage().create_session(session), Conflict);
  });
}

}  // namespace automl::storage
