// SPDX-License-Identifier: Apache-2.0
#include "engine/enqueued.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using testing::ElementsAre;

std::vector<idl::Assignment> x_is(double value) {
  idl::Assignment x;
  x.parameter = "x";
  x.value.__set_real(value);
  return {x};
}

double x_of(DrivenCore& engine, std::int64_t number) {
  return engine.trial("s", number).configuration.front().value.real;
}

TEST(Enqueued, RunsAfterTheBaselinesAndBeforeTheSampler) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.baseline = {x_is(0.5)};
  spec.enqueue = {x_is(0.25), {}};
  spec.parallel = 2;
  spec.budget.trials = 10;
  engine.submit(spec);
  const auto launched = engine.take_launches();
  ASSERT_EQ(launched.size(), 2U);
  EXPECT_EQ(engine.study("s").enqueued.size(), 1U);
  engine.complete(launched[0].token, 1);
  engine.complete(launched[1].token, 1);
  EXPECT_EQ(x_of(engine, 1), 0.25);
  EXPECT_TRUE(engine.trial("s", 1).enqueued);
  EXPECT_FALSE(engine.trial("s", 1).baseline);
  EXPECT_EQ(engine.trial("s", 1).proposed_because, "enqueued");
  EXPECT_EQ(x_of(engine, 2), 0.5) << "the default";
  EXPECT_TRUE(engine.trial("s", 2).enqueued);
  EXPECT_FALSE(engine.trial("s", 3).enqueued);
  EXPECT_TRUE(engine.study("s").enqueued.empty());
}

TEST(Enqueued, ARunningStudyTriesItNextAlsoAfterARestart) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string first = engine.take_token();
  const Payload reply = engine.enqueue("s", {{"x", "0.125"}}, "request");
  EXPECT_EQ(std::get<idl::StudyStatus>(reply).study.enqueued.size(), 1U);
  engine.restart();
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.125"}}, "request")), "") << "a repeat";
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.2"}}, "request")),
            "conflict: request id request was already used for another request");
  engine.complete(first, 1);
  EXPECT_EQ(x_of(engine, 1), 0.125);
  engine.complete(engine.take_token(), 1);
  EXPECT_FALSE(engine.trial("s", 2).enqueued);
}

TEST(Enqueued, KeepsAnExhaustedStudyGoing) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.space.front().kind = idl::ParameterKind::INT;
  spec.space.front().low = 1;
  spec.space.front().high = 2;
  spec.algorithm.name = "grid";
  spec.budget.trials = 10;
  engine.submit(spec);
  engine.complete(engine.take_token(), 1);
  const std::string second = engine.take_token();
  engine.enqueue("s", {{"x", "1"}});
  engine.complete(second, 2);
  engine.complete(engine.take_token(), 3);
  EXPECT_EQ(engine.trial("s", 2).configuration.front().value.integer, 1);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::DONE);
}

TEST(Enqueued, WhatTheSpaceDoesNotHoldIsRefused) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.space.emplace_back();
  spec.space[1].name = "kind";
  spec.space[1].kind = idl::ParameterKind::CHOICE;
  spec.space[1].choices.resize(2);
  spec.space[1].choices[0].__set_text("16");
  spec.space[1].choices[1].__set_text("a");
  idl::ForbiddenClause clause;
  clause.text = "x > 0.9";
  clause.all_of.emplace_back();
  clause.all_of[0].parameter = "x";
  clause.all_of[0].op = idl::ComparisonOp::GREATER;
  clause.all_of[0].operands.emplace_back();
  clause.all_of[0].operands[0].__set_real(0.9);
  spec.forbid = {clause};
  engine.submit(spec);
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "2"}})),
            "invalid: x must be between 0 and 1, got 2");
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "a lot"}})),
            "invalid: x must be a number, got \"a lot\"");
  EXPECT_EQ(refusal(engine.enqueue("s", {{"knd", "a"}})),
            "invalid: there is no parameter \"knd\"; did you mean \"kind\"?");
  EXPECT_EQ(refusal(engine.enqueue("s", {{"kind", "b"}})),
            "invalid: kind must be one of 16, a, got \"b\"");
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.95"}})), "invalid: forbidden by \"x > 0.9\"");
  EXPECT_EQ(refusal(engine.enqueue("t", {})), "not found: there is no study \"t\"");
  EXPECT_TRUE(engine.study("s").enqueued.empty());
  EXPECT_EQ(refusal(engine.enqueue("s", {{"kind", "16"}})), "") << "text that looks like a number";
}

TEST(Enqueued, OnlyWhatTheBudgetHasRoomForIsTaken) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 2;
  engine.submit(spec);
  const std::string first = engine.take_token();
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.1"}})), "");
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.2"}})),
            "conflict: study \"s\" takes no further configuration: its budget leaves room for 1 "
            "more and 1 are enqueued");
  engine.complete(first, 1);
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.2"}})),
            "conflict: study \"s\" takes no further configuration: its budget of trials is used");
  engine.complete(engine.take_token(), 1);
  EXPECT_EQ(refusal(engine.enqueue("s", {{"x", "0.2"}})),
            "conflict: study \"s\" takes no further configuration: it has ended: all trials done");
}

TEST(Enqueued, WhoeverAsksGetsThemFirst) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.command.clear();
  spec.enqueue = {x_is(0.25)};
  engine.submit(spec);
  EXPECT_EQ(std::get<std::vector<idl::Trial>>(engine.ask("s", 1)).front().configuration,
            x_is(0.25));
  engine.enqueue("s", {{"x", "0.75"}});
  const auto trials = std::get<std::vector<idl::Trial>>(engine.ask("s", 1));
  EXPECT_THAT(trials.front().configuration, testing::Eq(x_is(0.75)));
  EXPECT_TRUE(trials.front().enqueued);
}

}  // namespace

}  // namespace automl::engine
