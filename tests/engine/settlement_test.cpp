// SPDX-License-Identifier: Apache-2.0
#include "engine/settlement.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using idl::AttemptState;
using idl::SessionState;
using idl::StudyState;
using idl::TrialState;

TEST(Settlement, ASuccessfulRunCompletesEverything) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  engine.complete(engine.take_token(), 0.5);
  const idl::Trial trial = engine.trial("s", 0);
  EXPECT_EQ(trial.state, TrialState::COMPLETE);
  EXPECT_EQ(trial.value, 0.5);
  EXPECT_EQ(trial.finish_order, 1);
  EXPECT_EQ(engine.session(trial.session_id).state, SessionState::COMPLETE);
  EXPECT_EQ(engine.attempts(trial.session_id).front().state, AttemptState::COMPLETE);
}

TEST(Settlement, AFailureIsTriedAgainUpToRetries) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.retries = 1;
  engine.submit(spec);
  const std::string first = engine.take_token();
  engine.register_runner(first);
  engine.finish(first, exited(3));
  EXPECT_EQ(engine.trial("s", 0).state, TrialState::WAITING);
  const std::string second = engine.take_token();
  EXPECT_NE(second, first);
  engine.register_runner(second);
  engine.finish(second, exited(4));
  const idl::Trial trial = engine.trial("s", 0);
  EXPECT_EQ(trial.state, TrialState::FAILED);
  EXPECT_EQ(trial.reason, "exit code 4");
  EXPECT_EQ(engine.session(trial.session_id).exit_code, 4);
  EXPECT_EQ(engine.attempts(trial.session_id).size(), 2U);
}

TEST(Settlement, ValuesOfAFailedAttemptDontReachTheNextOne) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.retries = 1;
  spec.objectives[0].rule = idl::ValueRule::BEST;
  engine.submit(spec);
  const std::string first = engine.take_token();
  engine.register_runner(first);
  engine.report(first, {measured(1, 0.001)});
  engine.finish(first, exited(1));
  engine.complete(engine.take_token(), 0.5);
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
}

TEST(Settlement, TheResultOfAnOldAttemptIsRefused) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.retries = 1;
  engine.submit(spec);
  const std::string first = engine.take_token();
  engine.register_runner(first);
  engine.find(first, executor::Presence::kGone);
  EXPECT_EQ(engine.trial("s", 0).reason, "");
  EXPECT_EQ(engine.attempts(engine.trial("s", 0).session_id).front().state, AttemptState::LOST);
  EXPECT_EQ(refusal(engine.finish(first, exited(0))), "superseded: this attempt is over");
  engine.complete(engine.take_token(), 0.25);
  EXPECT_EQ(engine.trial("s", 0).value, 0.25);
}

TEST(Settlement, ARepeatedFinishIsHarmless) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.complete(token, 0.5);
  EXPECT_EQ(refusal(engine.finish(token, exited(0))), "");
  EXPECT_EQ(engine.trial("s", 0).finish_order, 1);
}

TEST(Settlement, ExitZeroWithoutAValueFails) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.finish(token, exited(0));
  const idl::Trial trial = engine.trial("s", 0);
  EXPECT_EQ(trial.state, TrialState::FAILED);
  EXPECT_EQ(trial.reason, "ended without reporting loss");
  EXPECT_EQ(engine.session(trial.session_id).state, SessionState::COMPLETE);
}

TEST(Settlement, TheFirstTrialsAllFailingAlikeStopsTheStudy) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 100;
  engine.submit(spec);
  for (int i = 0; i < 3; ++i) {
    const std::string token = engine.take_token();
    engine.register_runner(token);
    engine.finish(token, exited(127));
  }
  EXPECT_TRUE(engine.take_launches().empty());
  EXPECT_EQ(engine.study("s").state, StudyState::FAILED);
  EXPECT_EQ(engine.study("s").reason, "the first 3 trials all failed: exit code 127");
}

TEST(Settlement, MaxFailuresCountsDifferentReasonsToo) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 100;
  spec.max_failures = 4;
  engine.submit(spec);
  engine.complete(engine.take_token(), 1);
  for (int i = 1; i <= 4; ++i) {
    const std::string token = engine.take_token();
    engine.register_runner(token);
    engine.finish(token, exited(i));
  }
  EXPECT_EQ(engine.study("s").state, StudyState::FAILED);
  EXPECT_EQ(engine.study("s").reason, "4 trials failed (max_failures); the last: exit code 4");
}

TEST(Settlement, ReachingTheTargetEndsTheStudy) {
  for (const auto goal : {idl::Goal::MINIMIZE, idl::Goal::MAXIMIZE}) {
    DrivenCore engine;
    idl::StudySpec spec = small_study("s");
    spec.objectives[0].goal = goal;
    spec.budget.__set_target(0.5);
    engine.submit(spec);
    engine.complete(engine.take_token(), goal == idl::Goal::MINIMIZE ? 0.6 : 0.4);
    EXPECT_EQ(engine.study("s").state, StudyState::RUNNING);
    engine.complete(engine.take_token(), 0.5);
    EXPECT_EQ(engine.study("s").state, StudyState::DONE);
    EXPECT_EQ(engine.study("s").reason, "target reached");
  }
}

idl::StudySpec with_latency_below_20() {
  idl::StudySpec spec = small_study("s");
  spec.constraints = {bound("latency_ms", idl::ComparisonOp::LESS, 20)};
  return spec;
}

TEST(Settlement, AnInfeasibleTrialIsCompleteAndReachesNoTarget) {
  DrivenCore engine;
  idl::StudySpec spec = with_latency_below_20();
  spec.budget.__set_target(0.5);
  engine.submit(spec);
  engine.complete(engine.take_token(), {{"loss", 0.1}, {"latency_ms", 30}});
  const idl::Trial trial = engine.trial("s", 0);
  EXPECT_EQ(trial.state, TrialState::COMPLETE);
  EXPECT_EQ(trial.values, std::vector<double>{0.1});
  EXPECT_EQ(trial.constraint_values, (std::map<std::string, double>{{"latency_ms", 30}}));
  EXPECT_DOUBLE_EQ(trial.violation, 0.5);
  EXPECT_EQ(engine.study("s").state, StudyState::RUNNING);
  engine.complete(engine.take_token(), {{"loss", 0.5}, {"latency_ms", 10}});
  EXPECT_EQ(engine.study("s").reason, "target reached");
}

TEST(Settlement, AMissingConstraintMetricFailsAsAMissingObjectiveDoes) {
  DrivenCore engine;
  idl::StudySpec spec = with_latency_below_20();
  idl::MetricPattern pattern;
  pattern.metric = "latency_ms";
  pattern.pattern = "lat=(.*)";
  spec.metrics = {pattern};
  engine.submit(spec);
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.5)});
  idl::ExitReport exit = exited(0);
  exit.message = "its pattern 'lat=(.*)' matched none of 7 lines";
  engine.finish(token, exit);
  EXPECT_EQ(engine.trial("s", 0).state, TrialState::FAILED);
  EXPECT_EQ(engine.trial("s", 0).reason,
            "ended without reporting latency_ms: its pattern 'lat=(.*)' matched none of 7 lines");
  EXPECT_EQ(engine.trial("s", 0).violation, 0);
}

TEST(Settlement, TheRunnerKnowsEveryMetricThatIsNeeded) {
  DrivenCore engine;
  engine.submit(with_latency_below_20());
  const idl::SessionSpec session = engine.session(engine.trial("s", 0).session_id).spec;
  EXPECT_EQ(session.required_metric, "loss");
  EXPECT_EQ(session.further_required, std::vector<std::string>{"latency_ms"});
}

TEST(Settlement, StoppingAsksTheRunnerAndThenUsesForce) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.change("s", idl::StudyAction::KILL);
  const Payload reply = engine.report(token, {});
  EXPECT_EQ(std::get<idl::ReportReply>(reply).verdict.action, idl::VerdictAction::STOP);
  EXPECT_EQ(engine.study("s").state, StudyState::STOPPED);
  EXPECT_EQ(engine.trial("s", 0).state, TrialState::RUNNING) << "until its processes are gone";
  engine.wait_ms(26'000);
  EXPECT_EQ(engine.take_cancelled(), std::vector<std::string>{token});
  engine.find(token, executor::Presence::kGone);
  EXPECT_EQ(engine.trial("s", 0).state, TrialState::FAILED);
  EXPECT_EQ(engine.trial("s", 0).reason, "stopped by ann");
}

TEST(Settlement, AProgramThatEndsWellDespiteAStopKeepsItsValue) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.5)});
  engine.change("s", idl::StudyAction::KILL);
  engine.finish(token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).state, TrialState::COMPLETE);
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
}

TEST(Settlement, LaunchesThatNeverRegisterComeToAnEnd) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  int launches = 0;
  for (; launches < 50; ++launches) {
    const auto launched = engine.take_launches();
    if (launched.empty()) {
      break;
    }
    executor::LaunchResult result;
    result.error = "fork failed";
    engine.turn(LaunchReturned{launched.front().token, result});
    engine.wait_ms(1'000);
    if (engine.trial("s", 0).state == TrialState::FAILED) {
      ++launches;
      break;
    }
  }
  EXPECT_EQ(launches, 20);
  EXPECT_EQ(engine.trial("s", 0).reason, "could not be launched: fork failed");
}

}  // namespace

}  // namespace automl::engine
