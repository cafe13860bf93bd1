// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(StorageConformance, CheckpointsComeBackInOrder) {
  std::int64_t first = 0;
  std::int64_t second = 0;
  turn([&] {
    first = records::stored_session(storage(), "ada/digits/1").id;
    second = records::stored_session(storage(), "ada/digits/2").id;
    storage().record_checkpoint(records::checkpoint(second, 1));
    storage().record_checkpoint(records::checkpoint(first, 10));
    storage().record_checkpoint(records::checkpoint(first, 9));
  });
  reopen();
  EXPECT_THAT(storage().load_checkpoints(first),
              ElementsAre(records::checkpoint(first, 9), records::checkpoint(first, 10)));
  EXPECT_THAT(storage().load_checkpoints(0),
              ElementsAre(records::checkpoint(first, 9),
                          records::checkpoint(first, 10),
                          records::checkpoint(second, 1)));
  EXPECT_THAT(storage().load_checkpoints(second + 1), IsEmpty());
}

TEST_P(StorageConformance, CheckpointNumberIsUniqueInItsSession) {
  turn([&] {
    const std::int64_t session = records::stored_session(storage()).id;
    storage().record_checkpoint(records::checkpoint(session, 1));
    idl::Checkpoint other = records::checkpoint(session, 1);
    other.name = "other";
    EXPECT_THROW(storage().record_checkpoint(other), Conflict);
    EXPECT_THROW(storage().record_checkpoint(records::checkpoint(session, 0)), Conflict);
    EXPECT_THROW(storage().record_checkpoint(records::checkpoint(session + 1, 1)), Conflict);
    EXPECT_THAT(storage().load_checkpoints(0), ElementsAre(records::checkpoint(session, 1)));
  });
}

TEST_P(StorageConformance, ForgottenCheckpointIsGone) {
  std::int64_t session = 0;
  turn([&] {
    session = records::stored_session(storage()).id;
    storage().record_checkpoint(records::checkpoint(session, 1));
    storage().record_checkpoint(records::checkpoint(session, 2));
    EXPECT_TRUE(storage().forget_checkpoint(session, 1));
    EXPECT_FALSE(storage().forget_checkpoint(session, 1));
    EXPECT_FALSE(storage().forget_checkpoint(session + 1, 2));
  });
  reopen();
  EXPECT_THAT(storage().load_checkpoints(session), ElementsAre(records::checkpoint(session, 2)));
}

TEST_P(StorageConformance, CheckpointsOfATurnThatIsRolledBackWereNeverThere) {
  std::int64_t session = 0;
  turn([&] {
    session = records::stored_session(storage()).id;
    storage().record_checkpoint(records::checkpoint(session, 1));
  });
  storage().begin();
  storage().record_checkpoint(records::checkpoint(session, 2));
  EXPECT_TRUE(storage().forget_checkpoint(session, 1));
  storage().rollback();
  EXPECT_THAT(storage().load_checkpoints(session), ElementsAre(records::checkpoint(session, 1)));
}

TEST_P(StorageConformance, SessionAndAttemptKeepWhatTheyStartFrom) {
  turn([&] {
    idl::Session session = records::stored_session(storage());
    session.__set_restore(records::checkpoint(3, 4));
    EXPECT_TRUE(storage().update_session(session));
    idl::Attempt attempt = records::stored_attempt(storage(), session, "token");
    attempt.__set_restored(records::checkpoint(3, 4));
    EXPECT_TRUE(storage().update_attempt(attempt));
  });
  reopen();
  EXPECT_EQ(storage().load_session(1)->restore, records::checkpoint(3, 4));
  EXPECT_EQ(storage().load_open_attempts().front().restored, records::checkpoint(3, 4));
}

}  // namespace automl::storage
