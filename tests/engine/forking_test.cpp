// SPDX-License-Identifier: Apache-2.0
#include "engine/forking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;

idl::ReportBatch saved(std::int64_t number, std::int64_t step) {
  idl::Checkpoint checkpoint;
  checkpoint.number = number;
  checkpoint.attempt = 1;
  checkpoint.step = step;
  checkpoint.files = 1;
  checkpoint.digest = std::string(63, 'a') + std::to_string(number);
  idl::ReportBatch batch;
  batch.checkpoints = {checkpoint};
  return batch;
}

class Forking : public ::testing::Test {
 protected:
  // A trial that has saved twice.
  void SetUp() override {
    engine_.submit(small_study("s"));
    token_ = engine_.take_token();
    engine_.register_runner(token_);
    engine_.report_batch(token_, saved(1, 5));
    engine_.report_batch(token_, saved(2, 10));
  }
  idl::Session forked(const Payload& reply) {
    return std::get<idl::SubmitSessionReply>(reply).session;
  }

  DrivenCore engine_;
  std::string token_;
};

TEST_F(Forking, StartsAPlainSessionFromTheNewestCheckpoint) {
  engine_.act_as("bob");
  const idl::Session session = forked(engine_.fork("s/0"));
  EXPECT_EQ(session.owner, "bob");
  EXPECT_EQ(session.study_id, 0);
  EXPECT_EQ(session.spec.command, engine_.session(1).spec.command);
  EXPECT_EQ(session.spec.required_metric, "");
  const std::string token = engine_.take_token();
  const auto order = std::get<idl::RunnerOrder>(engine_.register_runner(token));
  EXPECT_EQ(order.restore.number, 2);
  EXPECT_EQ(order.restore.session_id, 1);
  engine_.finish(token, exited(0));
  EXPECT_EQ(engine_.session(session.id).state, idl::SessionState::COMPLETE);
}

TEST_F(Forking, TakesAnOlderOneAndEndedSessionsToo) {
  EXPECT_EQ(forked(engine_.fork("s/0", 1)).restore.step, 5);
  engine_.report(token_, {measured(1, 3)});
  engine_.finish(token_, exited(0));
  engine_.restart();
  EXPECT_EQ(forked(engine_.fork("s/0")).restore.number, 2);
}

TEST_F(Forking, ARepeatForksOnce) {
  const idl::Session once = forked(engine_.fork("s/0", 0, "r"));
  const idl::Session again = forked(engine_.fork("s/0", 0, "r"));
  EXPECT_EQ(once.name, again.name);
  EXPECT_THAT(refusal(engine_.fork("s/0", 1, "r")), HasSubstr("already used"));
}

TEST_F(Forking, WhatIsNotThereIsRefused) {
  EXPECT_THAT(refusal(engine_.fork("s/0", 9)), HasSubstr("no checkpoint 9; it keeps: 1, 2"));
  EXPECT_THAT(refusal(engine_.fork("s/7")), HasSubstr("not found"));
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources.cpus = 1;
  engine_.submit_session(spec);
  EXPECT_THAT(refusal(engine_.fork("2")), HasSubstr("has saved nothing"));
}

}  // namespace

}  // namespace automl::engine
