// SPDX-License-Identifier: Apache-2.0
#include "engine/retrying.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;

class Retrying : public ::testing::Test {
 protected:
  // Trials 0 and 2 of three have failed.
  void SetUp() override {
    engine_.submit(small_study("s"));
    for (int i = 0; i < 3; ++i) {
      run(i == 1);
    }
    ASSERT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  }
  void run(bool well) {
    const std::string token = engine_.take_token();
    engine_.register_runner(token);
    engine_.report(token, {measured(1, 2)});
    engine_.finish(token, exited(well ? 0 : 1));
  }

  DrivenCore engine_;
};

TEST_F(Retrying, FailedConfigurationsAreTriedAgainBeyondTheBudget) {
  EXPECT_EQ(refusal(engine_.retry("s")), "");
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::RUNNING);
  engine_.restart();
  run(true);
  run(false);
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.trial("s", 3).configuration, engine_.trial("s", 0).configuration);
  EXPECT_EQ(engine_.trial("s", 4).configuration, engine_.trial("s", 2).configuration);
  // What has failed since, once more.
  EXPECT_EQ(refusal(engine_.retry("s")), "");
  run(true);
  EXPECT_EQ(engine_.trial("s", 5).configuration, engine_.trial("s", 2).configuration);
  EXPECT_THAT(refusal(engine_.retry("s")), HasSubstr("since the last retry"));
}

TEST_F(Retrying, ARepeatedRequestRetriesOnce) {
  engine_.retry("s", "r");
  engine_.retry("s", "r");
  EXPECT_EQ(engine_.study("s").retried, 2);
}

TEST_F(Retrying, WithoutFailuresItIsRefused) {
  engine_.submit(small_study("t"));
  EXPECT_THAT(refusal(engine_.retry("t")), HasSubstr("no trial has failed"));
  EXPECT_THAT(refusal(engine_.retry("u")), HasSubstr("not found"));
}

}  // namespace

}  // namespace automl::engine
