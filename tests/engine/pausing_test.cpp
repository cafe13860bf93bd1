// SPDX-License-Identifier: Apache-2.0
#include "engine/pausing.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/blockages.hpp"
#include "engine/queries.hpp"
#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kPause = idl::SessionAction::PAUSE;
constexpr auto kResume = idl::SessionAction::RESUME;

class Pausing : public ::testing::Test {
 protected:
  std::string start() {
    std::string token = engine_.take_token();
    engine_.register_runner(token);
    return token;
  }
  idl::VerdictAction::type report(const std::string& token, std::int64_t sequence, double loss) {
    const Payload reply = engine_.report(token, {measured(sequence, loss)});
    return std::get<idl::ReportReply>(reply).verdict.action;
  }

  template <class T>
  T look(const std::function<Payload(const StudyManager&)>& read) {
    Payload seen;
    engine_.turn(Inspected{0, [&](const StudyManager& manager) {
                             seen = read(manager);
                             return Payload();
                           }});
    return std::get<T>(seen);
  }

  DrivenCore engine_;
};

TEST_F(Pausing, AUserPausesAndResumesAPlainSession) {
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources.cpus = 1;
  engine_.submit_session(spec);
  const std::string token = start();
  engine_.change_session("1", kPause);
  EXPECT_EQ(report(token, 1, 2), idl::VerdictAction::PAUSE);
  EXPECT_THAT(refusal(engine_.change_session("1", kResume)), HasSubstr("still saving"));
  engine_.finish(token, ended(idl::ExitCause::PAUSED));
  EXPECT_EQ(engine_.session(1).state, idl::SessionState::PAUSED);
  engine_.wait_ms(600'000);
  engine_.restart();
  EXPECT_THAT(engine_.take_launches(), IsEmpty());
  engine_.change_session("1", kResume);
  const std::string again = start();
  engine_.finish(again, exited(0));
  EXPECT_EQ(engine_.session(1).state, idl::SessionState::COMPLETE);
  EXPECT_THAT(refusal(engine_.change_session("1", kPause)), HasSubstr("has ended"));
}

TEST_F(Pausing, AProgramHasTimeToSaveBeforeForceIsUsed) {
  engine_.submit(small_study("s"));
  const std::string token = start();
  engine_.change_session("s/0", kPause);
  std::int64_t sequence = 0;
  const auto minute = [&] {
    for (int i = 0; i < 6; ++i) {
      engine_.wait_ms(10'000);
      report(token, ++sequence, 1);
    }
  };
  minute();
  minute();
  EXPECT_THAT(engine_.take_cancelled(), IsEmpty());
  minute();
  EXPECT_THAT(engine_.take_cancelled(), ElementsAre(token));
}

TEST_F(Pausing, APauseThatOnlyTheRunnerKnowsOfIsNoFailure) {
  engine_.submit(small_study("s"));
  engine_.finish(start(), ended(idl::ExitCause::PAUSED));
  const idl::Trial trial = engine_.trial("s", 0);
  EXPECT_EQ(trial.state, idl::TrialState::WAITING);
  EXPECT_EQ(engine_.session(trial.session_id).paused_attempts, 1);
}

TEST_F(Pausing, QueuedAndLaunchingSessionsPauseAtOnce) {
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources.cpus = 8;
  engine_.submit_session(spec);
  engine_.submit_session(spec);
  const std::string launching = engine_.take_token();
  engine_.change_session("2", kPause);
  EXPECT_EQ(engine_.session(2).state, idl::SessionState::PAUSED);
  engine_.change_session("1", kPause);
  EXPECT_EQ(engine_.session(1).state, idl::SessionState::PAUSED);
  EXPECT_THAT(engine_.take_cancelled(), ElementsAre(launching));
  EXPECT_THAT(refusal(engine_.register_runner(launching)), HasSubstr("superseded"));
  engine_.stop_session("2");
  EXPECT_EQ(engine_.session(2).state, idl::SessionState::STOPPED);
}

TEST_F(Pausing, OnlyTheUserResumesWhatAUserPaused) {
  idl::StudySpec spec = small_study("s");
  spec.scheduler.name = "asha";
  spec.scheduler.options = {{"variant", "promote"}, {"reduction", "2"}, {"max", "4"}};
  spec.budget.trials = 2;
  engine_.submit(spec);
  const std::string first = start();
  report(first, 1, 3);
  engine_.finish(first, ended(idl::ExitCause::PAUSED));
  // The scheduler has paused it; now the user holds it as well.
  engine_.change_session("s/0", kPause);
  const std::string second = start();
  report(second, 1, 4);  // the first one would be promoted
  engine_.finish(second, ended(idl::ExitCause::PAUSED));
  EXPECT_THAT(engine_.take_launches(), IsEmpty());
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::RUNNING);
  engine_.restart();
  EXPECT_THAT(engine_.take_launches(), IsEmpty());
  engine_.change_session("s/0", kResume);
  const std::string resumed = start();
  engine_.finish(resumed, exited(1));
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::FAILED);
  EXPECT_EQ(engine_.trial("s", 1).state, idl::TrialState::PRUNED);
}

TEST_F(Pausing, APausedTrialLeavesItsPlaceToAnother) {
  idl::StudySpec spec = small_study("s");
  engine_.submit(spec);
  const std::string first = start();
  engine_.change_session("s/0", kPause);
  engine_.finish(first, ended(idl::ExitCause::STOPPED));
  const auto blocks = look<std::vector<idl::Blockage>>(
      [](const StudyManager& manager) { return why(manager, "s/0"); });
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].rule, "user");
  EXPECT_THAT(blocks[0].detail, HasSubstr("automl resume"));
  const auto status = look<idl::StudyStatus>(
      [](const StudyManager& manager) { return study_status(manager, "s"); });
  EXPECT_EQ(status.trials_paused, 1);
  engine_.complete(engine_.take_token(), 1);
  const std::string third = engine_.take_token();
  engine_.change_session("s/0", kResume);
  EXPECT_THAT(engine_.take_launches(), IsEmpty());  // its place is taken
  const auto waits = look<std::vector<idl::Blockage>>(
      [](const StudyManager& manager) { return why(manager, "s/0"); });
  EXPECT_EQ(waits.at(0).rule, "parallel");
  engine_.restart();
  engine_.complete(third, 2);
  engine_.complete(engine_.take_token(), 3);
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.trial("s", 0).value, 3);
}

TEST_F(Pausing, AStopOvertakesAPause) {
  engine_.submit(small_study("s"));
  const std::string token = start();
  engine_.change_session("s/0", kPause);
  engine_.stop_session("s/0");
  EXPECT_EQ(report(token, 1, 2), idl::VerdictAction::STOP);
  EXPECT_THAT(refusal(engine_.change_session("s/0", kPause)), HasSubstr("about to end"));
  engine_.finish(token, ended(idl::ExitCause::STOPPED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::FAILED);
}

TEST_F(Pausing, WhatIsNotPausedIsNotResumed) {
  engine_.submit(small_study("s"));
  start();
  EXPECT_THAT(refusal(engine_.change_session("s/0", kResume)), HasSubstr("is not paused"));
  EXPECT_THAT(refusal(engine_.change_session("nobody/x/3", kPause)), HasSubstr("no session"));
}

}  // namespace

}  // namespace automl::engine
