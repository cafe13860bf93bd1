// SPDX-License-Identifier: Apache-2.0
#include "engine/repeats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/queries.hpp"
#include "engine/trial_seed.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

idl::StudySpec compared_study(std::int64_t trials) {
  idl::StudySpec spec = small_study("s");
  idl::Assignment x;
  x.parameter = "x";
  x.value.__set_real(0.875);
  spec.baseline = {{x}};
  spec.budget.trials = trials;
  spec.compare_seeds = 2;
  return spec;
}

idl::StudyStatus status_of(DrivenCore& engine) {
  const CallId call = 1'000'000;
  static CallId next = call;
  const CallId mine = ++next;
  engine.turn(
      Inspected{mine, [](const StudyManager& manager) { return study_status(manager, "s"); }});
  return std::get<idl::StudyStatus>(engine.reply_to(mine).value());
}

std::vector<std::int64_t> repeated(DrivenCore& engine) {
  std::vector<std::int64_t> numbers;
  for (const idl::Trial& trial : engine.storage().load_trials(engine.study("s").id, 0, 0)) {
    if (trial.__isset.repeat_of) {
      numbers.push_back(trial.repeat_of);
    }
  }
  return numbers;
}

// Trial 0 is the baseline, trial 1 the winner.
void search(DrivenCore& engine, const idl::StudySpec& spec) {
  engine.submit(spec);
  engine.complete(engine.take_token(), 0.5);
  engine.complete(engine.take_token(), 0.25);
}

TEST(Repeats, WinnerAndBaselineRunAgainWithTheSameNewSeeds) {
  DrivenCore engine;
  search(engine, compared_study(2));
  for (const double loss : {0.3, 0.6, 0.32, 0.58}) {
    EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING);
    engine.complete(engine.take_token(), loss);
  }
  EXPECT_THAT(repeated(engine), ElementsAre(1, 0, 1, 0));
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine.study("s").reason, "all trials done");
  EXPECT_EQ(engine.trial("s", 2).configuration, engine.trial("s", 1).configuration);
  EXPECT_EQ(engine.trial("s", 5).configuration, engine.trial("s", 0).configuration);
  EXPECT_EQ(engine.trial("s", 2).seed, repeat_seed(7, 1));
  EXPECT_EQ(engine.trial("s", 3).seed, repeat_seed(7, 1));
  EXPECT_EQ(engine.trial("s", 4).seed, repeat_seed(7, 2));
  EXPECT_EQ(engine.trial("s", 1).seed, trial_seed(7, 1));
  EXPECT_EQ(engine.session(engine.trial("s", 4).session_id).spec.environment.at("AUTOML_SEED"),
            std::to_string(repeat_seed(7, 2)));
  EXPECT_FALSE(engine.trial("s", 3).baseline);
  const idl::StudyStatus status = status_of(engine);
  EXPECT_EQ(status.trials_complete, 2);
  EXPECT_EQ(status.best.number, 1);
  EXPECT_EQ(status.best_history.size(), 2U);
  EXPECT_THAT(status.comparison.winner.values, ElementsAre(0.3, 0.32));
  EXPECT_DOUBLE_EQ(status.comparison.winner.mean, 0.31);
  EXPECT_DOUBLE_EQ(status.comparison.baseline.mean, 0.59);
  EXPECT_DOUBLE_EQ(status.comparison.gain, 0.28);
  EXPECT_GT(status.comparison.probability_better, 0.99);
  EXPECT_TRUE(status.comparison.notes.empty());
}

TEST(Repeats, AreNotOnTheBoardButTheirMeanIs) {
  DrivenCore engine;
  search(engine, compared_study(2));
  for (const double loss : {0.01, 0.02, 0.03, 0.04}) {
    engine.complete(engine.take_token(), loss);
  }
  engine.turn(
      Inspected{77'777, [](const StudyManager& manager) { return leaderboard(manager, "s", 10); }});
  const auto board = std::get<idl::Leaderboard>(engine.reply_to(77'777).value());
  ASSERT_EQ(board.rows.size(), 2U);
  EXPECT_EQ(board.rows[0].trial.number, 1);
  EXPECT_EQ(board.rows[0].trial.value, 0.25);
  EXPECT_DOUBLE_EQ(board.rows[0].repeats.mean, 0.02);
  EXPECT_DOUBLE_EQ(board.rows[1].repeats.mean, 0.03);
  EXPECT_EQ(board.comparison.seeds, 2);
}

TEST(Repeats, GoOnAfterARestart) {
  DrivenCore engine;
  search(engine, compared_study(2));
  engine.complete(engine.take_token(), 0.3);
  const std::string second = engine.take_token();
  engine.register_runner(second);
  engine.restart();
  engine.report(second, {measured(1, 0.6)});
  engine.finish(second, exited(0));
  engine.restart();
  EXPECT_THAT(repeated(engine), ElementsAre(1, 0, 1));
  engine.complete(engine.take_token(), 0.3);
  engine.complete(engine.take_token(), 0.6);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  const idl::StudyStatus status = status_of(engine);
  EXPECT_EQ(status.trials_complete, 2);
  EXPECT_THAT(status.comparison.baseline.values, ElementsAre(0.6, 0.6));
  EXPECT_THAT(status.comparison.notes,
              ElementsAre("all repeats gave the same value: does the program use AUTOML_SEED?"));
}

TEST(Repeats, TheirFailuresAreRecordedAndNothingElse) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(2);
  spec.max_failures = 1;
  spec.retries = 0;
  search(engine, spec);
  for (int i = 0; i < 4; ++i) {
    const std::string token = engine.take_token();
    engine.register_runner(token);
    engine.finish(token, exited(3));
  }
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine.trial("s", 2).state, idl::TrialState::FAILED);
  const idl::StudyStatus status = status_of(engine);
  EXPECT_EQ(status.trials_failed, 0);
  EXPECT_EQ(status.comparison.winner.failed, 2);
  EXPECT_FALSE(status.comparison.winner.__isset.mean);
  EXPECT_FALSE(status.comparison.__isset.probability_better);
}

TEST(Repeats, AReachedTargetStopsWhatRunsFirst) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(10);
  spec.parallel = 2;
  spec.budget.__set_target(0.3);
  engine.submit(spec);
  const auto launched = engine.take_launches();
  engine.register_runner(launched[0].token);
  engine.complete(launched[1].token, 0.25);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING);
  EXPECT_TRUE(engine.take_launches().empty());
  const Payload reply = engine.report(launched[0].token, {measured(1, 0.5)});
  EXPECT_EQ(std::get<idl::ReportReply>(reply).verdict.action, idl::VerdictAction::STOP);
  EXPECT_FALSE(status_of(engine).__isset.comparison);
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.1"}})),
            "conflict: study \"s\" takes no further configuration: its search is over: target "
            "reached");
  engine.finish(launched[0].token, exited(0));  // it made it before the stop
  const auto repeats = engine.take_launches();
  ASSERT_EQ(repeats.size(), 2U) << "as many as parallel";
  engine.complete(repeats[0].token, 0.2);
  engine.complete(repeats[1].token, 0.2);
  for (const auto& launch : engine.take_launches()) {
    engine.complete(launch.token, 0.2);
  }
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine.study("s").reason, "target reached");
  EXPECT_THAT(repeated(engine), ElementsAre(1, 0, 1, 0));
}

TEST(Repeats, TakeAsLongAsTheyTakeAfterTheTimeBudget) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(0);
  spec.budget.time_s = 60;
  search(engine, spec);
  const std::string third = engine.take_token();
  engine.wait_ms(61'000);
  EXPECT_THAT(engine.take_cancelled(), ElementsAre(third));
  const std::string repeat = engine.take_token();
  engine.register_runner(repeat);
  engine.wait_ms(20'000);
  engine.report(repeat, {measured(1, 0.3)});
  engine.finish(repeat, exited(0));
  for (const double loss : {0.6, 0.3, 0.6}) {
    engine.complete(engine.take_token(), loss);
  }
  EXPECT_EQ(engine.study("s").reason, "time budget used");
}

TEST(Repeats, AValueThatComesAfterTheTimeBudgetCounts) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(0);
  spec.budget.time_s = 60;
  spec.baseline.clear();
  engine.submit(spec);
  const std::string only = engine.take_token();
  engine.register_runner(only);
  engine.report(only, {measured(1, 0.5)});
  engine.wait_ms(61'000);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING);
  engine.finish(only, exited(0));
  EXPECT_THAT(repeated(engine), ElementsAre(0));
}

TEST(Repeats, WithoutABaselineTheDefaultsStandInForIt) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(2);
  spec.baseline.clear();
  search(engine, spec);
  for (int i = 0; i < 4; ++i) {
    engine.complete(engine.take_token(), 0.1 * i);
  }
  EXPECT_THAT(repeated(engine), ElementsAre(1, -1, 1, -1));
  EXPECT_EQ(engine.trial("s", 3).configuration.front().value.real, 0.5);
  EXPECT_EQ(status_of(engine).comparison.baseline.trial, -1);
}

TEST(Repeats, ABaselineThatLeadsRunsAgainByItself) {
  DrivenCore engine;
  engine.submit(compared_study(2));
  engine.complete(engine.take_token(), 0.25);
  engine.complete(engine.take_token(), 0.5);
  engine.complete(engine.take_token(), 0.25);
  engine.complete(engine.take_token(), 0.26);
  EXPECT_THAT(repeated(engine), ElementsAre(0, 0));
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_THAT(status_of(engine).comparison.notes,
              ElementsAre(HasSubstr("no trial beats the baseline")));
}

TEST(Repeats, NoneWithoutAWinnerAndNoneForASmokeTrial) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(1);
  spec.retries = 0;
  engine.submit(spec);
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.finish(token, exited(1));
  EXPECT_NE(engine.study("s").state, idl::StudyState::RUNNING);
  EXPECT_FALSE(engine.study("s").__isset.repetition);
}

TEST(Repeats, TheWinnerKeepsToTheConstraints) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(3);
  spec.constraints.emplace_back();
  spec.constraints[0].metric = "loss";
  spec.constraints[0].op = idl::ComparisonOp::GREATER_OR_EQUAL;
  spec.constraints[0].bound = 0.2;
  spec.constraints[0].text = "loss >= 0.2";
  search(engine, spec);
  engine.complete(engine.take_token(), 0.1);
  for (const double loss : {0.3, 0.6, 0.15, 0.58}) {
    engine.complete(engine.take_token(), loss);
  }
  EXPECT_THAT(repeated(engine), ElementsAre(1, 0, 1, 0));
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  const idl::StudyStatus status = status_of(engine);
  EXPECT_EQ(status.trials_infeasible, 1) << "repeats are not counted";
  EXPECT_THAT(status.comparison.notes, ElementsAre("1 run of the winner misses a constraint"));
}

TEST(Repeats, NoneWithoutAFeasibleTrial) {
  DrivenCore engine;
  idl::StudySpec spec = compared_study(2);
  spec.constraints.emplace_back();
  spec.constraints[0].metric = "loss";
  spec.constraints[0].op = idl::ComparisonOp::LESS;
  spec.constraints[0].bound = 0.2;
  spec.constraints[0].text = "loss < 0.2";
  search(engine, spec);
  EXPECT_THAT(repeated(engine), ElementsAre());
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_FALSE(status_of(engine).__isset.comparison);
}

TEST(Repeats, StoppedOnesAreMadeAgainWhenTheStudyGoesOn) {
  DrivenCore engine;
  search(engine, compared_study(2));
  engine.take_launches();  // the first repeat is launching
  engine.change("s", idl::StudyAction::STOP);
  EXPECT_EQ(engine.trial("s", 2).state, idl::TrialState::CANCELLED);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::STOPPED);
  engine.change("s", idl::StudyAction::RESUME);
  for (int i = 0; i < 4; ++i) {
    engine.complete(engine.take_token(), 0.1 * i);
  }
  EXPECT_THAT(repeated(engine), ElementsAre(1, 1, 0, 1, 0));
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
}

}  // namespace

}  // namespace automl::engine
