// SPDX-License-Identifier: Apache-2.0
#include "engine/inheritance.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

idl::Parameter real(const std::string& name, double low, double high) {
  idl::Parameter parameter;
  parameter.name = name;
  parameter.kind = idl::ParameterKind::FLOAT;
  parameter.low = low;
  parameter.high = high;
  return parameter;
}

idl::Assignment assigned(const std::string& name, double value) {
  idl::Assignment assignment;
  assignment.parameter = name;
  assignment.value.__set_real(value);
  return assignment;
}

// Its trials are x = 0.1, 0.2, …, with loss |x - 0.3|.
void finish_study(DrivenCore& engine, const std::string& name, int trials) {
  idl::StudySpec spec = small_study(name);
  spec.budget.trials = trials;
  for (int i = 1; i <= trials; ++i) {
    spec.enqueue.push_back({assigned("x", i * 0.1)});
  }
  engine.submit(spec);
  for (int i = 1; i <= trials; ++i) {
    engine.complete(engine.take_token(), std::abs(i * 0.1 - 0.3));
  }
}

idl::StudySpec heir(const std::string& of) {
  idl::StudySpec spec = small_study("heir");
  spec.algorithm.name = "tpe";
  spec.inherit = {of};
  spec.budget.trials = 10;
  return spec;
}

TEST(Inheritance, BeginsWithTheBestOfTheEarlierStudy) {
  DrivenCore engine;
  finish_study(engine, "earlier", 5);
  engine.submit(heir("earlier"));
  const idl::Trial first = engine.trial("heir", 0);
  EXPECT_DOUBLE_EQ(first.configuration.front().value.real, 0.3);
  EXPECT_EQ(first.proposed_because, "tpe: among the best of earlier studies");
  EXPECT_THAT(engine.study("heir").inherited, ElementsAre("earlier: 5 trials"));
}

TEST(Inheritance, IsACopyThatSurvivesARestart) {
  std::vector<std::vector<idl::Assignment>> proposed[2];
  for (const bool disturbed : {false, true}) {
    DrivenCore engine;
    finish_study(engine, "earlier", 5);
    idl::StudySpec ongoing = small_study("ongoing");
    ongoing.command.clear();
    engine.submit(ongoing);
    engine.ask("ongoing", 3);
    engine.tell("ongoing", 0, 0.1);
    idl::StudySpec spec = heir("earlier");
    spec.inherit.emplace_back("ongoing");
    engine.submit(spec);
    EXPECT_EQ(engine.storage().load_prior_tasks(engine.study("heir").id).size(), 2U);
    for (int i = 0; i < 10; ++i) {
      engine.complete(engine.take_token(), 0.1 * i);
      if (disturbed && i % 3 == 1) {
        engine.tell("ongoing", i / 3 + 1, 0.01);  // the other study goes on
        engine.take_launches();
        engine.restart();
        for (const std::string& token : engine.take_searched()) {
          engine.find(token, executor::Presence::kGone);
        }
      }
    }
    for (const idl::Trial& trial : engine.storage().load_trials(engine.study("heir").id, 0, 0)) {
      proposed[disturbed ? 1 : 0].push_back(trial.configuration);
    }
  }
  EXPECT_EQ(proposed[0].size(), 10U);
  EXPECT_EQ(proposed[0], proposed[1]);
}

class MappingTest : public testing::Test {
 protected:
  Inheritance of(idl::StudySpec now) {
    now.inherit = {"earlier"};
    const search::SearchSpace space = make_space(now.space, now.forbid);
    Inheritance result;
    engine_.turn(Inspected{0, [&](const StudyManager& manager) -> Payload {
                             result =
                                 inherit(manager.state(), manager.storage(), "ann", now, space);
                             return std::monostate();
                           }});
    return result;
  }
  DrivenCore engine_;
};

TEST_F(MappingTest, LeavesOutWhatHasNoPlaceAndSaysSo) {
  finish_study(engine_, "earlier", 5);
  idl::StudySpec now = small_study("now");
  now.space = {real("y", 0, 4), real("x", 0.15, 0.45)};
  const Inheritance found = of(now);
  ASSERT_EQ(found.tasks.size(), 1U);
  ASSERT_EQ(found.tasks[0].trials.size(), 3U);
  EXPECT_THAT(found.tasks[0].trials[0].configuration,
              ElementsAre(assigned("y", 2), assigned("x", 0.2)));
  EXPECT_THAT(
      found.notes,
      ElementsAre(
          "earlier: 3 trials, left out 1 with x above 0.45, 1 with x below 0.15; its default "
          "stands for y"));
  now.space = {real("x", 5, 6)};
  EXPECT_EQ(of(now).objection,
            "inherit: study \"earlier\" has no complete trial in this space: 5 with x below 5");
  now.space = {real("z", 0, 1)};
  EXPECT_THAT(of(now).notes, ElementsAre(HasSubstr("for z; without its x")));
}

TEST_F(MappingTest, TurnsTheSignWhereTheGoalIsTheOtherOne) {
  finish_study(engine_, "earlier", 2);
  idl::StudySpec now = small_study("now");
  now.objectives.front().goal = idl::Goal::MAXIMIZE;
  const Inheritance found = of(now);
  EXPECT_DOUBLE_EQ(found.tasks[0].trials[0].value, -0.2);
  const auto search = make_search(now);
  add_prior_tasks(*search, now, found.tasks);
  EXPECT_DOUBLE_EQ(search->history.prior()[0].observations[0].value, 0.2);
}

TEST_F(MappingTest, OfManyTheBestAndTheLatest) {
  idl::StudySpec spec = small_study("earlier");
  spec.command.clear();
  spec.budget.trials = 700;
  engine_.submit(spec);
  engine_.ask("earlier", 700);
  for (int i = 0; i < 700; ++i) {
    engine_.tell("earlier", i, i);
  }
  const Inheritance found = of(small_study("now"));
  ASSERT_EQ(found.tasks[0].trials.size(), 500U);
  EXPECT_EQ(found.tasks[0].trials[0].value, 0);
  EXPECT_EQ(found.tasks[0].trials[249].value, 249);
  EXPECT_EQ(found.tasks[0].trials[250].value, 450);
  EXPECT_EQ(found.tasks[0].trials[499].value, 699);
}

TEST_F(MappingTest, WithoutCompleteTrialsThereIsNothing) {
  EXPECT_EQ(of(small_study("now")).objection, "inherit: there is no study \"earlier\"");
  engine_.submit(small_study("earlier"));
  EXPECT_EQ(of(small_study("now")).objection, "inherit: study \"earlier\" has no complete trial");
  EXPECT_EQ(refusal(engine_.submit(heir("earlier"))),
            "invalid: inherit: study \"earlier\" has no complete trial");
  EXPECT_EQ(engine_.storage().load_studies().size(), 1U);
}

}  // namespace

}  // namespace automl::engine
