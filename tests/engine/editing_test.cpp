// SPDX-License-Identifier: Apache-2.0
#include "engine/editing.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Assignments = std::vector<idl::Assignment>;

idl::Assignment assigned(const std::string& name, const idl::Value& value) {
  idl::Assignment assignment;
  assignment.parameter = name;
  assignment.value = value;
  return assignment;
}

idl::Parameter choice(const std::string& name, const std::vector<std::string>& words) {
  idl::Parameter parameter;
  parameter.name = name;
  parameter.kind = idl::ParameterKind::CHOICE;
  for (const std::string& word : words) {
    parameter.choices.push_back(text_value(word));
  }
  return parameter;
}

class Editing : public ::testing::Test {
 protected:
  Editing() {
    spec_ = small_study("s");
    spec_.algorithm.name = "tpe";
    spec_.space.push_back(choice("kind", {"red", "green", "blue"}));
    spec_.budget.trials = 20;
  }

  // Enqueues these and runs them to their end; the loss is x.
  void submit_with(const std::vector<std::pair<double, std::string>>& trials) {
    for (const auto& [x, kind] : trials) {
      spec_.enqueue.push_back({assigned("x", real_value(x)), assigned("kind", text_value(kind))});
    }
    engine_.submit(spec_);
    for (const auto& [x, kind] : trials) {
      engine_.complete(engine_.take_token(), x);
    }
    spec_ = engine_.study("s").spec;
  }

  static idl::EditReply reply(const Payload& payload) {
    EXPECT_EQ(refusal(payload), "");
    return std::get<idl::EditReply>(payload);
  }
  std::vector<std::string> notes(const Payload& payload) { return reply(payload).version.notes; }

  idl::StudySpec spec_;
  DrivenCore engine_;
};

TEST_F(Editing, KeepsTrialsByTheirValuesAndSaysWhichAreLeftOut) {
  submit_with({{0.1, "red"}, {0.2, "green"}, {0.4, "blue"}, {0.9, "blue"}});
  spec_.space[0].high = 0.5;
  spec_.space[1] = choice("kind", {"blue", "yellow", "red"});
  const idl::EditReply edited = reply(engine_.edit(spec_));
  EXPECT_EQ(edited.version.number, 2);
  EXPECT_THAT(edited.version.changes,
              ElementsAre("space.x: {float: [0, 1]} → {float: [0, 0.5]}",
                          "space.kind: {choice: [red, green, blue]} → {choice: [blue, yellow, "
                          "red]}"));
  // The fifth has begun.
  ASSERT_FALSE(edited.version.notes.empty());
  EXPECT_THAT(edited.version.notes[0],
              HasSubstr("3 left out: 2 with kind=green, 1 with x above 0.5"));
  // Old trials are what they were; new ones lie in the new space.
  EXPECT_EQ(engine_.trial("s", 3).configuration.at(0).value.real, 0.9);
  EXPECT_EQ(engine_.trial("s", 3).file_version, 1);
  engine_.complete(engine_.take_token(), 1);
  for (std::int64_t number = 5; number < 10; ++number) {
    const idl::Trial trial = engine_.trial("s", number);
    EXPECT_EQ(trial.file_version, 2);
    EXPECT_LE(trial.configuration.at(0).value.real, 0.5);
    EXPECT_NE(trial.configuration.at(1).value.text, "green");
    engine_.complete(engine_.take_token(), trial.configuration.at(0).value.real);
  }
}

TEST_F(Editing, ARestartedEngineGoesOnInTheSameWay) {
  std::vector<Assignments> proposed[2];
  for (const bool restarted : {false, true}) {
    DrivenCore engine;
    engine.submit(spec_);
    idl::StudySpec now = spec_;
    for (int i = 0; i < 16; ++i) {
      if (i == 6) {
        now.space[0].high = 0.6;
        now.space[1] = choice("kind", {"blue", "red"});
        reply(engine.edit(now));
      }
      if (i == 9) {
        idl::Parameter y = now.space[0];
        y.name = "y";
        y.__set_default_value(real_value(0.25));
        now.space.push_back(y);
        now.parallel = 2;
        reply(engine.edit(now));
      }
      if (restarted && i % 3 == 0) {
        engine.restart();
        for (const std::string& token : engine.take_searched()) {
          engine.find(token, executor::Presence::kRunning);
        }
      }
      for (const executor::LaunchRequest& launch : engine.take_launches()) {
        engine.complete(launch.token, 0.01 * i);
      }
    }
    for (const idl::Trial& trial : engine.storage().load_trials(1, 0, 0)) {
      proposed[restarted ? 1 : 0].push_back(trial.configuration);
    }
  }
  EXPECT_GE(proposed[0].size(), 16U);
  EXPECT_EQ(proposed[0], proposed[1]);
}

TEST_F(Editing, SuggestionsOfTheOldSpaceAreThrownAway) {
  spec_.command.clear();
  engine_.hold_suggestions();
  engine_.submit(spec_);
  const CallId call = engine_.ask_without_waiting("s");
  spec_.space[0].low = 0.9;
  reply(engine_.edit(spec_));
  engine_.release_suggestions();
  ASSERT_TRUE(engine_.reply_to(call));
  const idl::Trial trial = std::get<std::vector<idl::Trial>>(*engine_.reply_to(call)).at(0);
  EXPECT_GE(trial.configuration.at(0).value.real, 0.9);
  EXPECT_EQ(trial.file_version, 2);
  // So are those that were computed ahead.
  spec_.space[0].low = 0.95;
  reply(engine_.edit(spec_));
  const Payload next = engine_.ask("s", 1);
  EXPECT_GE(std::get<std::vector<idl::Trial>>(next).at(0).configuration.at(0).value.real, 0.95);
}

TEST_F(Editing, ADefaultStandsForANewParameterInOldTrials) {
  submit_with({{0.1, "red"}});
  idl::Parameter y = spec_.space[0];
  y.name = "y";
  spec_.space.push_back(y);
  EXPECT_THAT(refusal(engine_.edit(spec_)), HasSubstr("invalid"));
  spec_.space.back().__set_default_value(real_value(0.25));
  EXPECT_THAT(notes(engine_.edit(spec_)), ElementsAre("all 2 trials kept"));
  // A later default is another one, and moves no trial.
  spec_.space.back().__set_default_value(real_value(0.5));
  spec_.space.back().high = 0.75;
  EXPECT_THAT(notes(engine_.edit(spec_)), ElementsAre("all 2 trials kept"));
  spec_.space.back().low = 0.4;
  EXPECT_THAT(notes(engine_.edit(spec_))[0],
              HasSubstr("0 of 2 trials kept, 2 left out: 2 with y below 0.4"));
}

TEST_F(Editing, WhatCannotChangeIsRefusedWithEachReason) {
  engine_.submit(spec_);
  idl::StudySpec now = spec_;
  now.objectives[0].goal = idl::Goal::MAXIMIZE;
  now.command = "other";
  now.space[0].kind = idl::ParameterKind::INT;
  now.budget.trials = 30;
  const Payload refused = engine_.edit(now);
  std::vector<std::string> reasons;
  for (const idl::StudyFileError& error : std::get<Refusal>(refused).errors) {
    reasons.push_back(error.message);
  }
  EXPECT_THAT(reasons,
              ElementsAre(HasSubstr("command cannot change"),
                          HasSubstr("objective cannot change"),
                          HasSubstr("space.x cannot change: a parameter keeps its kind")));
  EXPECT_EQ(engine_.study("s").spec, spec_);
  EXPECT_EQ(engine_.study("s").file_version, 1);
}

TEST_F(Editing, TheSecondOfTwoWhoEditAtOnceIsRefused) {
  engine_.submit(spec_);
  idl::StudySpec mine = spec_;
  mine.parallel = 2;
  idl::StudySpec theirs = spec_;
  theirs.parallel = 3;
  reply(engine_.edit(mine, "", 1));
  EXPECT_THAT(refusal(engine_.edit(theirs, "", 1)),
              HasSubstr("conflict: study \"s\" was edited meanwhile by ann: it has version 2"));
  EXPECT_EQ(engine_.study("s").spec.parallel, 2);
  reply(engine_.edit(theirs, "", 2));
}

TEST_F(Editing, ARepeatedRequestEditsOnceAndHearsTheSame) {
  submit_with({{0.1, "red"}, {0.9, "red"}});
  idl::StudySpec narrow = spec_;
  narrow.space[0].high = 0.5;
  const idl::StudyVersion first = reply(engine_.edit(narrow, "r", 1)).version;
  reply(engine_.edit(spec_));
  engine_.restart();
  EXPECT_EQ(reply(engine_.edit(narrow, "r", 1)).version, first);
  EXPECT_EQ(engine_.study("s").file_version, 3);
  EXPECT_EQ(engine_.study("s").spec.space[0].high, 1);
}

TEST_F(Editing, ADryRunTellsAndChangesNothing) {
  submit_with({{0.1, "red"}, {0.9, "red"}});
  const idl::Study before = engine_.study("s");
  idl::StudySpec narrow = spec_;
  narrow.space[0].high = 0.5;
  EXPECT_THAT(notes(engine_.edit(narrow, "r", 1, true))[0], HasSubstr("with x above 0.5"));
  EXPECT_EQ(engine_.study("s"), before);
  EXPECT_THAT(engine_.storage().load_study_versions(before.id), IsEmpty());
  EXPECT_EQ(reply(engine_.edit(narrow, "r", 1)).version.number, 2);
}

TEST_F(Editing, TheSameAgainIsNoEdit) {
  engine_.submit(spec_);
  EXPECT_THAT(reply(engine_.edit(engine_.study("s").spec)).version.changes, IsEmpty());
  EXPECT_EQ(engine_.study("s").file_version, 1);
}

TEST_F(Editing, ADoneStudyGoesOnWhenItsBudgetGrows) {
  spec_.budget.trials = 1;
  submit_with({{0.1, "red"}});
  ASSERT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  spec_.parallel = 2;
  reply(engine_.edit(spec_));
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  spec_.space[0].high = 2;
  EXPECT_THAT(
      notes(engine_.edit(spec_)),
      ElementsAre("all 1 trial kept", "the study stays done: its budget of trials is used"));
  spec_.budget.trials = 3;
  EXPECT_THAT(notes(engine_.edit(spec_)), ElementsAre("the study was done and goes on"));
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::RUNNING);
  EXPECT_EQ(engine_.take_launches().size(), 2U);
}

TEST_F(Editing, ATargetThatIsReachedAlreadyEndsTheStudy) {
  submit_with({{0.1, "red"}});
  spec_.budget.__set_target(0.2);
  reply(engine_.edit(spec_));
  EXPECT_EQ(engine_.study("s").reason, "target reached");
}

TEST_F(Editing, TrialsThatHaveNotBegunAndLieOutsideAreReplaced) {
  spec_.resources.cpus = 8;  // one at a time
  spec_.parallel = 3;
  spec_.budget.trials = 5;
  spec_.enqueue = {{assigned("x", real_value(0.1))},
                   {assigned("x", real_value(0.9))},
                   {assigned("x", real_value(0.2))},
                   {assigned("x", real_value(0.8))}};
  engine_.submit(spec_);
  const std::string first = engine_.take_token();
  engine_.register_runner(first);
  spec_.space[0].high = 0.5;
  EXPECT_THAT(notes(engine_.edit(spec_)),
              ElementsAre("all 2 trials kept",
                          "1 enqueued configuration lies outside: dropped",
                          "1 trial that has not begun lies outside: cancelled, and replaced"));
  EXPECT_EQ(engine_.trial("s", 1).state, idl::TrialState::CANCELLED);
  EXPECT_EQ(engine_.trial("s", 2).state, idl::TrialState::WAITING);
  engine_.complete(first, 0.1);
  for (int i = 0; i < 4; ++i) {
    engine_.complete(engine_.take_token(), 0.1);
  }
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  EXPECT_EQ(engine_.study("s").withdrawn, 1);
  EXPECT_EQ(engine_.storage().load_trials(1, 0, 0).size(), 6U);
}

TEST_F(Editing, ARunningTrialOutsideGoesOnAndLeads) {
  spec_.enqueue = {{assigned("x", real_value(0.9))}};
  spec_.budget.trials = 2;
  spec_.compare_seeds = 2;
  engine_.submit(spec_);
  const std::string first = engine_.take_token();
  engine_.register_runner(first);
  spec_.space[0].high = 0.5;
  EXPECT_THAT(notes(engine_.edit(spec_)),
              ElementsAre("0 of 1 trial kept, 1 left out: 1 with x above 0.5",
                          "1 trial of these has begun and will be run to the end"));
  engine_.complete(first, -5);
  engine_.complete(engine_.take_token(), 1);
  // It is the winner, and runs again as it was.
  EXPECT_EQ(engine_.study("s").repetition.winner, 0);
  engine_.restart();
  EXPECT_EQ(engine_.trial("s", 2).repeat_of, 0);
  EXPECT_EQ(engine_.trial("s", 2).configuration, engine_.trial("s", 0).configuration);
}

TEST_F(Editing, VersionsAreListedFromTheFirstOneOn) {
  engine_.submit(spec_);
  const idl::StudySpec before = engine_.study("s").spec;
  spec_.parallel = 2;
  reply(engine_.edit(spec_));
  const auto versions = engine_.storage().load_study_versions(1);
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].spec, before);
  EXPECT_EQ(versions[0].by, "ann");
  EXPECT_THAT(versions[1].changes, ElementsAre("parallel: 1 → 2"));
}

TEST_F(Editing, ASchedulersCurvesOutliveTheSpace) {
  spec_.scheduler.name = "asha";
  spec_.scheduler.options = {{"max", "9"}, {"reduction", "3"}};
  spec_.parallel = 2;
  engine_.submit(spec_);
  const auto launches = engine_.take_launches();
  ASSERT_EQ(launches.size(), 2U);
  for (const executor::LaunchRequest& launch : launches) {
    engine_.register_runner(launch.token);
    engine_.report(launch.token, {measured(1, 1)});
  }
  spec_.space[0].low = 0.999;
  reply(engine_.edit(spec_));
  engine_.report(launches[0].token, {measured(2, 0.5)});
  engine_.restart();
  EXPECT_EQ(engine_.storage().load_schedule(1).size(), 5U);
  idl::StudySpec other = engine_.study("s").spec;
  other.scheduler.name = "median";
  other.scheduler.options.clear();
  EXPECT_THAT(refusal(engine_.edit(other)), HasSubstr("invalid"));
}

TEST_F(Editing, AnEndedSearchCannotBeEdited) {
  spec_.budget.trials = 1;
  spec_.compare_seeds = 2;
  submit_with({{0.1, "red"}});
  spec_.budget.trials = 5;
  EXPECT_THAT(refusal(engine_.edit(spec_)),
              HasSubstr("conflict: the search of study \"s\" is over"));
  spec_.budget.trials = 1;
  spec_.parallel = 4;
  reply(engine_.edit(spec_));
  EXPECT_EQ(engine_.study("s").spec.parallel, 4);
}

}  // namespace

}  // namespace automl::engine
