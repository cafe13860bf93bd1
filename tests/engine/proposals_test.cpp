// SPDX-License-Identifier: Apache-2.0
#include "engine/proposals.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

idl::StudySpec asked_study(std::int64_t trials) {
  idl::StudySpec spec = small_study("s");
  spec.command.clear();
  spec.budget.trials = trials;
  return spec;
}

std::vector<double> proposed(DrivenCore& engine) {
  std::vector<double> values;
  for (const idl::Trial& trial : engine.storage().load_trials(engine.study("s").id, 0, 0)) {
    values.push_back(trial.configuration.front().value.real);
  }
  return values;
}

TEST(Proposals, BaselinesComeFirstThenTheSampler) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  idl::Assignment half;
  half.parameter = "x";
  half.value.__set_real(0.5);
  spec.baseline = {{half}};
  spec.parallel = 3;
  engine.submit(spec);
  EXPECT_EQ(engine.take_launches().size(), 3U);
  EXPECT_EQ(proposed(engine).front(), 0.5);
  EXPECT_TRUE(engine.trial("s", 0).baseline);
  EXPECT_EQ(engine.trial("s", 0).proposed_because, "baseline of the study file");
  EXPECT_FALSE(engine.trial("s", 1).baseline);
}

TEST(Proposals, ParallelBoundsTheOpenTrialsAndTheBudgetTheirNumber) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.parallel = 2;
  spec.budget.trials = 3;
  engine.submit(spec);
  auto launched = engine.take_launches();
  ASSERT_EQ(launched.size(), 2U);
  engine.complete(launched[0].token, 1);
  const std::string third = engine.take_token();
  engine.complete(launched[1].token, 2);
  EXPECT_TRUE(engine.take_launches().empty());
  engine.complete(third, 3);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine.study("s").reason, "all trials done");
}

TEST(Proposals, ARestartProposesWhatWouldHaveBeenProposed) {
  std::vector<std::vector<double>> sequences;
  for (const bool restarts : {false, true}) {
    DrivenCore engine;
    idl::StudySpec spec = small_study("s");
    spec.algorithm.name = "tpe";
    spec.budget.trials = 20;
    engine.submit(spec);
    for (int i = 0; i < 20; ++i) {
      engine.complete(engine.take_token(), i % 7);
      if (restarts && i % 3 == 0) {
        engine.take_launches();
        engine.restart();
        for (const std::string& token : engine.take_searched()) {
          engine.find(token, executor::Presence::kGone);
        }
      }
    }
    sequences.push_back(proposed(engine));
  }
  EXPECT_EQ(sequences[0].size(), 20U);
  EXPECT_EQ(sequences[0], sequences[1]);
}

TEST(Proposals, AskAndTell) {
  DrivenCore engine;
  engine.submit(asked_study(3));
  const auto first = std::get<std::vector<idl::Trial>>(engine.ask("s", 2));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(refusal(engine.tell("s", 0, 0.5)), "");
  EXPECT_EQ(refusal(engine.tell("s", 0, 0.5)), "") << "a repeat";
  EXPECT_EQ(refusal(engine.tell("s", 0, 0.6)),
            "conflict: trial s/0 has ended with another outcome");
  EXPECT_EQ(refusal(engine.tell("s", 2, 0.6)), "not found: there is no trial s/2");
  EXPECT_EQ(refusal(engine.tell("s", -1, 0.6)), "not found: there is no trial s/-1");
  engine.tell("s", 1, std::nullopt);
  EXPECT_EQ(engine.trial("s", 1).reason, "told to fail");
  EXPECT_EQ(std::get<std::vector<idl::Trial>>(engine.ask("s", 5)).size(), 1U) << "what is left";
  engine.tell("s", 2, 1);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(refusal(engine.ask("s", 1)), "conflict: study \"s\" is not running: all trials done");
}

TEST(Proposals, TellTakesSeveralMetrics) {
  DrivenCore engine;
  idl::StudySpec spec = asked_study(3);
  spec.constraints = {bound("latency_ms", idl::ComparisonOp::LESS, 20)};
  engine.submit(spec);
  engine.ask("s", 3);
  EXPECT_EQ(refusal(engine.tell("s", 0, 0.5)),
            "invalid: trial s/0: latency_ms is missing; tell all of loss, latency_ms");
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::RUNNING);
  idl::Outcome outcome;
  outcome.metrics = {{"loss", 0.5}, {"latency_ms", 12}};
  EXPECT_EQ(refusal(engine.tell("s", 0, outcome)), "");
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
  EXPECT_EQ(engine.trial("s", 0).violation, 0);
  engine.restart();
  EXPECT_EQ(refusal(engine.tell("s", 0, outcome)), "") << "a repeat";
  outcome.metrics["latency_ms"] = 13;
  EXPECT_EQ(refusal(engine.tell("s", 0, outcome)),
            "conflict: trial s/0 has ended with another outcome");
}

TEST(Proposals, ASamplerLearnsFromAllObjectivesAndConstraintsAlsoAfterARestart) {
  // Two runs, one of them restarted at every trial: the same proposals.
  std::vector<std::vector<std::vector<idl::Assignment>>> proposals(2);
  for (const bool restarted : {false, true}) {
    DrivenCore engine;
    idl::StudySpec spec = asked_study(12);
    spec.algorithm.name = "tpe";
    spec.algorithm.options["initial"] = "4";
    spec.objectives.push_back(spec.objectives[0]);
    spec.objectives[1].metric = "accuracy";
    spec.objectives[1].goal = idl::Goal::MAXIMIZE;
    spec.constraints = {bound("latency_ms", idl::ComparisonOp::LESS, 20)};
    engine.submit(spec);
    for (int i = 0; i < 12; ++i) {
      engine.ask("s", 1);
      const double x = engine.trial("s", i).configuration.at(0).value.real;
      proposals[restarted ? 1 : 0].push_back(engine.trial("s", i).configuration);
      idl::Outcome outcome;
      outcome.metrics = {{"loss", x}, {"accuracy", 4 * x * x - x}, {"latency_ms", 30 * x}};
      engine.tell("s", i, outcome);
      if (restarted) {
        engine.restart();
      }
    }
  }
  EXPECT_EQ(proposals[0], proposals[1]);
}

TEST(Proposals, ARepeatedAskGetsTheSameTrialsAlsoAfterARestart) {
  DrivenCore engine;
  engine.submit(asked_study(10));
  const auto first = std::get<std::vector<idl::Trial>>(engine.ask("s", 2, "request-1"));
  const auto again = std::get<std::vector<idl::Trial>>(engine.ask("s", 2, "request-1"));
  EXPECT_EQ(first, again);
  engine.restart();
  EXPECT_EQ(first, std::get<std::vector<idl::Trial>>(engine.ask("s", 2, "request-1")));
  EXPECT_EQ(refusal(engine.ask("s", 3, "request-1")),
            "conflict: request id request-1 was already used for another request");
  EXPECT_EQ(proposed(engine).size(), 2U);
}

TEST(Proposals, AnExhaustedSpaceEndsTheStudy) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.space.front().kind = idl::ParameterKind::INT;
  spec.space.front().low = 1;
  spec.space.front().high = 2;
  spec.algorithm.name = "grid";
  spec.budget.trials = 10;
  engine.submit(spec);
  engine.complete(engine.take_token(), 1);
  engine.complete(engine.take_token(), 2);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine.study("s").reason, "every configuration of the space was tried");
}

TEST(Proposals, TheTimeBudgetStopsWhatRuns) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.time_s = 60;
  engine.submit(spec);
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.wait_ms(59'000);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING);
  engine.wait_ms(1'500);
  EXPECT_EQ(engine.study("s").reason, "time budget used");
  const Payload reply = engine.report(token, {});
  EXPECT_EQ(std::get<idl::ReportReply>(reply).verdict.action, idl::VerdictAction::STOP);
}

TEST(Proposals, AskIsRefusedWhereTheStudyRunsItsOwnCommand) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  EXPECT_EQ(refusal(engine.ask("s", 1)),
            "conflict: study \"s\" runs its own command; ask needs a study without one");
  EXPECT_EQ(refusal(engine.ask("t", 1)), "not found: there is no study \"t\"");
  EXPECT_EQ(refusal(engine.tell("s", 0, 1)),
            "conflict: trial s/0 reports by itself; it takes no tell");
}

}  // namespace

}  // namespace automl::engine
