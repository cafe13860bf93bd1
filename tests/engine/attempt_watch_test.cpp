// SPDX-License-Identifier: Apache-2.0
#include "engine/attempt_watch.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using idl::AttemptState;

AttemptState::type attempt_state(DrivenCore& engine) {
  return engine.attempts(engine.trial("s", 0).session_id).back().state;
}

TEST(AttemptWatch, SilenceOnlyRaisesSuspicion) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.wait_ms(29'000);
  EXPECT_EQ(attempt_state(engine), AttemptState::RUNNING);
  engine.wait_ms(1'001);
  EXPECT_EQ(attempt_state(engine), AttemptState::SUSPECT);
  EXPECT_EQ(engine.take_searched(), std::vector<std::string>{token});
  engine.find(token, executor::Presence::kUnreachable);
  engine.wait_ms(60'000);
  EXPECT_EQ(attempt_state(engine), AttemptState::SUSPECT);
  engine.report(token, {measured(1, 1)});
  EXPECT_EQ(attempt_state(engine), AttemptState::RUNNING);
}

TEST(AttemptWatch, TenMinutesWithoutAWordFromAnybodyLoseIt) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.wait_ms(629'000);
  EXPECT_EQ(attempt_state(engine), AttemptState::SUSPECT);
  EXPECT_TRUE(engine.take_cancelled().empty());
  engine.wait_ms(20'000);
  EXPECT_EQ(engine.take_cancelled(), std::vector<std::string>{token}) << "force before giving up";
  EXPECT_EQ(attempt_state(engine), AttemptState::LOST);
}

TEST(AttemptWatch, TheExecutorsWordIsEnough) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.find(token, executor::Presence::kGone);
  EXPECT_EQ(attempt_state(engine), AttemptState::LOST);
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::FAILED) << "no retries";
}

TEST(AttemptWatch, AResultLeftBehindCounts) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.5)});
  engine.find(token, executor::Presence::kFinished, exited(0));
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::COMPLETE);
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
}

TEST(AttemptWatch, ALaunchThatNeverRegistersIsLookedFor) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.wait_ms(60'001);
  EXPECT_EQ(engine.take_searched(), std::vector<std::string>{token});
  engine.find(token, executor::Presence::kGone);
  EXPECT_NE(engine.take_token(), token) << "launched again: a launch is no attempt of the program";
}

TEST(AttemptWatch, AnAttemptNobodyKnowsIsEnded) {
  DrivenCore engine;
  engine.find("left over", executor::Presence::kRunning);
  EXPECT_EQ(engine.take_cancelled(), std::vector<std::string>{"left over"});
  engine.find("left over", executor::Presence::kGone);
  EXPECT_TRUE(engine.take_cancelled().empty());
}

TEST(AttemptWatch, AJumpOfTheWallClockRaisesNoSuspicion) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.set_wall_back_ms(-3'600'000);
  engine.wait_ms(1);
  EXPECT_EQ(attempt_state(engine), AttemptState::RUNNING);
}

TEST(AttemptWatch, EveryOpenAttemptIsLookedForAfterARestart) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.parallel = 3;
  engine.submit(spec);
  const auto launched = engine.take_launches();
  engine.register_runner(launched[1].token);
  engine.restart();
  std::vector<std::string> tokens;
  for (const auto& launch : launched) {
    tokens.push_back(launch.token);
  }
  EXPECT_EQ(engine.take_searched(), tokens);
  EXPECT_TRUE(engine.take_launches().empty()) << "none is launched twice";
}

}  // namespace

}  // namespace automl::engine
