// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduling.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

idl::StudySpec scheduled(const std::string& scheduler,
                         const std::map<std::string, std::string>& options,
                         int parallel = 1,
                         std::int64_t trials = 3) {
  idl::StudySpec spec = small_study("s");
  spec.scheduler.name = scheduler;
  spec.scheduler.options = options;
  spec.parallel = parallel;
  spec.budget.trials = trials;
  spec.objectives[0].rule = idl::ValueRule::BEST;
  return spec;
}

idl::Verdict verdict_of(const Payload& reply) { return std::get<idl::ReportReply>(reply).verdict; }

class Scheduling : public ::testing::Test {
 protected:
  // The token of the next attempt, its runner registered.
  std::string start() {
    std::string token = engine_.take_token();
    engine_.register_runner(token);
    return token;
  }
  idl::Verdict report(const std::string& token, std::int64_t sequence, double loss) {
    return verdict_of(engine_.report(token, {measured(sequence, loss)}));
  }
  std::vector<idl::ScheduleEvent> schedule() {
    return engine_.storage().load_schedule(engine_.study("s").id);
  }

  DrivenCore engine_;
};

TEST_F(Scheduling, AStoppedTrialIsPrunedWithTheValueItHas) {
  engine_.submit(scheduled("threshold", {{"upper", "5"}}));
  const std::string token = start();
  EXPECT_EQ(report(token, 1, 3).action, idl::VerdictAction::PROCEED);
  const idl::Verdict verdict = report(token, 2, 9);
  EXPECT_EQ(verdict.action, idl::VerdictAction::STOP);
  EXPECT_THAT(verdict.reason, HasSubstr("threshold"));
  EXPECT_EQ(engine_.attempts(1).back().stop_reason, idl::StopReason::PRUNED);
  // Kept across a restart, and told again.
  engine_.restart();
  EXPECT_EQ(report(token, 3, 1).action, idl::VerdictAction::STOP);
  engine_.finish(token, ended(idl::ExitCause::STOPPED));
  const idl::Trial trial = engine_.trial("s", 0);
  EXPECT_EQ(trial.state, idl::TrialState::PRUNED);
  EXPECT_EQ(trial.value, 1);
  EXPECT_EQ(trial.reason, verdict.reason);
  EXPECT_EQ(engine_.session(trial.session_id).state, idl::SessionState::STOPPED);
  const auto events = schedule();
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[0].kind, idl::ScheduleEventKind::START);
  EXPECT_EQ(events[2].decision, idl::Decision::PRUNE);
  EXPECT_EQ(events[2].reason, verdict.reason);
  EXPECT_GT(events[2].time_ms, 0);
  EXPECT_EQ(events[3].decision, idl::Decision::PROCEED);  // nothing more is decided
  EXPECT_EQ(events[4].kind, idl::ScheduleEventKind::PRUNE);
}

TEST_F(Scheduling, PrunedTrialsAreNoFailuresAndNotOnTheBoard) {
  idl::StudySpec spec = scheduled("threshold", {{"upper", "5"}});
  spec.max_failures = 1;
  engine_.submit(spec);
  for (int i = 0; i < 2; ++i) {
    const std::string token = start();
    report(token, 1, 9);
    engine_.finish(token, ended(idl::ExitCause::STOPPED));
  }
  engine_.complete(engine_.take_token(), 2);
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.trial("s", 1).state, idl::TrialState::PRUNED);
  EXPECT_EQ(engine_.trial("s", 2).state, idl::TrialState::COMPLETE);
}

TEST_F(Scheduling, NotANumberIsJudgedAndEndsWithoutAValue) {
  engine_.submit(scheduled("threshold", {}));
  const std::string token = start();
  EXPECT_EQ(report(token, 1, std::nan("")).action, idl::VerdictAction::STOP);
  engine_.finish(token, ended(idl::ExitCause::STOPPED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PRUNED);
  EXPECT_FALSE(engine_.trial("s", 0).__isset.value);
}

TEST_F(Scheduling, ATrialThatEndsWellWhileItsVerdictIsOnTheWayIsComplete) {
  engine_.submit(scheduled("threshold", {{"upper", "5"}}));
  const std::string token = start();
  report(token, 1, 9);
  engine_.finish(token, exited(0));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::COMPLETE);
  EXPECT_EQ(schedule().back().kind, idl::ScheduleEventKind::COMPLETE);
}

TEST_F(Scheduling, APrunedTrialWhoseRunnerDiesIsPrunedAllTheSame) {
  idl::StudySpec spec = scheduled("threshold", {{"upper", "5"}});
  spec.retries = 3;
  engine_.submit(spec);
  const std::string token = start();
  report(token, 1, 9);
  engine_.find(token, executor::Presence::kGone);
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PRUNED);
  EXPECT_EQ(engine_.trial("s", 0).value, 9);
}

TEST_F(Scheduling, TheLastStepCompletesATrial) {
  engine_.submit(scheduled("asha", {{"max", "3"}}));
  const std::string token = start();
  report(token, 1, 4);
  report(token, 2, 5);
  const idl::Verdict verdict = report(token, 3, 6);
  EXPECT_EQ(verdict.action, idl::VerdictAction::STOP);
  EXPECT_EQ(verdict.reason, "reached step 3 of 3");
  engine_.finish(token, ended(idl::ExitCause::STOPPED));
  const idl::Trial trial = engine_.trial("s", 0);
  EXPECT_EQ(trial.state, idl::TrialState::COMPLETE);
  EXPECT_EQ(trial.value, 4);
  EXPECT_EQ(engine_.session(trial.session_id).state, idl::SessionState::COMPLETE);
}

TEST_F(Scheduling, BaselinesRunToTheirEnd) {
  idl::StudySpec spec = scheduled("threshold", {{"upper", "5"}});
  spec.baseline.emplace_back();
  engine_.submit(spec);
  const std::string token = start();
  EXPECT_EQ(report(token, 1, 9).action, idl::VerdictAction::PROCEED);
  engine_.restart();
  EXPECT_EQ(report(token, 2, 9).action, idl::VerdictAction::PROCEED);
}

TEST_F(Scheduling, TheStepMetricCountsTheSteps) {
  idl::StudySpec spec = scheduled("threshold", {{"upper", "5"}, {"warmup", "10"}});
  spec.scheduler.step_metric = "epoch";
  engine_.submit(spec);
  const std::string token = start();
  idl::Measurement measurement = measured(1, 9);
  measurement.step = 100;
  measurement.metrics["epoch"] = 9;
  EXPECT_EQ(verdict_of(engine_.report(token, {measurement})).action, idl::VerdictAction::PROCEED);
  measurement.sequence = 2;
  measurement.metrics = {{"epoch", std::nan("")}, {"loss", 9}};
  EXPECT_EQ(verdict_of(engine_.report(token, {measurement})).action, idl::VerdictAction::PROCEED);
  measurement.sequence = 3;
  measurement.metrics = {{"epoch", 10}};  // alone, as patterns find it in a line of its own
  EXPECT_EQ(verdict_of(engine_.report(token, {measurement})).action, idl::VerdictAction::PROCEED);
  EXPECT_EQ(report(token, 4, 9).action, idl::VerdictAction::STOP);
}

TEST_F(Scheduling, ATrialThatBeginsAgainIsNotJudgedTwiceAtARung) {
  idl::StudySpec spec = scheduled("asha", {{"min", "2"}}, 2);
  spec.retries = 1;
  engine_.submit(spec);
  auto launches = engine_.take_launches();
  ASSERT_EQ(launches.size(), 2U);
  const std::string first = launches[0].token;
  const std::string second = launches[1].token;
  engine_.register_runner(first);
  engine_.register_runner(second);
  report(first, 1, 5);
  report(first, 2, 5);
  engine_.find(first, executor::Presence::kGone);
  const std::string again = start();
  report(second, 1, 3);
  report(second, 2, 3);
  // Its old value at the rung is the one that counts: it has been judged there.
  EXPECT_EQ(report(again, 1, 9).action, idl::VerdictAction::PROCEED);
  EXPECT_EQ(report(again, 2, 9).action, idl::VerdictAction::PROCEED);
}

TEST_F(Scheduling, PromotionPausesAndResumes) {
  engine_.submit(scheduled("asha", {{"variant", "promote"}, {"reduction", "2"}, {"max", "4"}}));
  const std::string first = start();
  const idl::Verdict verdict = report(first, 1, 3);
  EXPECT_EQ(verdict.action, idl::VerdictAction::PAUSE);
  EXPECT_THAT(engine_.take_launches(), IsEmpty());  // the slot is not free yet
  engine_.finish(first, ended(idl::ExitCause::PAUSED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PAUSED);
  EXPECT_EQ(engine_.session(1).state, idl::SessionState::PAUSED);
  EXPECT_EQ(engine_.session(1).paused_attempts, 1);
  engine_.restart();
  const std::string second = start();
  report(second, 1, 4);  // one of two is promoted: the first
  engine_.finish(second, ended(idl::ExitCause::PAUSED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::WAITING);
  const std::string resumed = start();
  EXPECT_EQ(engine_.session(1).attempts, 2);
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::RUNNING);
  // From zero again; it was judged at step 1 and is too few at step 2.
  EXPECT_EQ(report(resumed, 1, 3).action, idl::VerdictAction::PROCEED);
  EXPECT_EQ(report(resumed, 2, 2).action, idl::VerdictAction::PAUSE);
  engine_.finish(resumed, ended(idl::ExitCause::PAUSED));
  const std::string third = start();
  EXPECT_EQ(engine_.trial("s", 2).state, idl::TrialState::RUNNING);
  report(third, 1, 9);
  engine_.finish(third, ended(idl::ExitCause::PAUSED));
  // Nobody is promoted and the budget is spent: all end with what they have.
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(engine_.trial("s", i).state, idl::TrialState::PRUNED) << i;
  }
  EXPECT_EQ(engine_.trial("s", 0).value, 2);
  EXPECT_EQ(engine_.trial("s", 1).value, 4);
}

TEST_F(Scheduling, ALostAttemptThatWasAskedToPauseIsPaused) {
  engine_.submit(scheduled("asha", {{"variant", "promote"}, {"reduction", "2"}}));
  const std::string token = start();
  report(token, 1, 3);
  engine_.find(token, executor::Presence::kGone);
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PAUSED);
}

TEST_F(Scheduling, PausesAreNoRetries) {
  idl::StudySpec spec =
      scheduled("asha", {{"variant", "promote"}, {"reduction", "2"}, {"max", "4"}}, 1, 2);
  spec.retries = 0;
  engine_.submit(spec);
  for (const double loss : {3.0, 4.0}) {
    const std::string token = start();
    report(token, 1, loss);
    engine_.finish(token, ended(idl::ExitCause::PAUSED));
  }
  const std::string resumed = start();
  engine_.finish(resumed, exited(1));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::FAILED);
  EXPECT_EQ(engine_.session(1).started_attempts, 2);
}

TEST_F(Scheduling, TheBudgetOfTimeEndsPausedTrialsToo) {
  idl::StudySpec spec = scheduled("asha", {{"variant", "promote"}, {"reduction", "3"}});
  spec.budget.time_s = 60;
  engine_.submit(spec);
  const std::string first = start();
  report(first, 1, 3);
  engine_.finish(first, ended(idl::ExitCause::PAUSED));
  engine_.wait_ms(61'000);
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PRUNED);
  EXPECT_EQ(engine_.trial("s", 0).value, 3);
}

TEST_F(Scheduling, AStudyThatWasStoppedPausesNobody) {
  engine_.submit(scheduled("asha", {{"variant", "promote"}, {"reduction", "2"}}));
  const std::string token = start();
  engine_.change("s", idl::StudyAction::STOP);
  report(token, 1, 3);
  engine_.finish(token, ended(idl::ExitCause::PAUSED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PRUNED);
}

TEST_F(Scheduling, WinnerAndBaselineRunAgainWithoutTheScheduler) {
  idl::StudySpec spec = scheduled("threshold", {{"upper", "5"}}, 1, 1);
  spec.baseline.emplace_back();
  spec.compare_seeds = 2;
  engine_.submit(spec);
  engine_.complete(engine_.take_token(), 2);
  const std::string repeat = start();
  EXPECT_EQ(report(repeat, 1, 9).action, idl::VerdictAction::PROCEED);
}

}  // namespace

}  // namespace automl::engine
