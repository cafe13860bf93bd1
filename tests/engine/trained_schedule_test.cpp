// SPDX-License-Identifier: Apache-2.0
#include "engine/trained_schedule.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/checkpoints.hpp"
#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Members of a population that take over each other's checkpoints.
class Population : public ::testing::Test {
 protected:
  explicit Population(idl::ValueRule::type rule = idl::ValueRule::LAST) {
    idl::StudySpec spec = small_study("s");
    spec.objectives.front().rule = rule;
    spec.scheduler.name = "pbt";
    spec.scheduler.options = {{"interval", "2"}, {"fraction", "0.5"}, {"resample", "0"}};
    spec.parallel = 2;
    spec.budget.trials = 2;
    engine_.submit(spec);
    for (const auto& launch : engine_.take_launches()) {
      tokens_.push_back(launch.token);
      engine_.register_runner(launch.token);
    }
  }

  idl::VerdictAction::type report(std::size_t trial, std::int64_t step, double loss) {
    const Payload reply = engine_.report(tokens_[trial], {measured(step, loss)});
    return std::get<idl::ReportReply>(reply).verdict.action;
  }
  void save(std::size_t trial, std::int64_t number, std::int64_t step) {
    idl::ReportBatch batch;
    batch.checkpoints.resize(1);
    idl::Checkpoint& checkpoint = batch.checkpoints[0];
    checkpoint.number = number;
    checkpoint.attempt = 1;
    checkpoint.step = step;
    checkpoint.digest = std::string(64, static_cast<char>('a' + number));
    checkpoint.bytes = 1;
    checkpoint.files = 1;
    engine_.turn(BatchReported{0, tokens_[trial], batch});
  }
  std::vector<std::string> wanted() {
    std::vector<std::string> digests;
    engine_.turn(Inspected{0, [&](const StudyManager& manager) {
                             digests = wanted_manifests(manager.state(), manager.storage()).digests;
                             return Payload();
                           }});
    return digests;
  }
  // The second trial is to take over what the first one has saved at step 2.
  void decide() {
    report(0, 1, 1);
    report(0, 2, 0.5);
    save(0, 2, 2);
    report(1, 1, 5);
    ASSERT_EQ(report(1, 2, 5), idl::VerdictAction::PAUSE);
  }

  void take_over() {
    decide();
    engine_.finish(tokens_[1], ended(idl::ExitCause::PAUSED));
    tokens_[1] = engine_.take_token();
    engine_.register_runner(tokens_[1]);
  }
  // What it was to take over is damaged: it begins with this one, or from zero.
  void start_otherwise(std::size_t trial, const idl::Checkpoint& own) {
    idl::ReportBatch batch;
    batch.__set_started_from(own);
    engine_.turn(BatchReported{0, tokens_[trial], batch});
    engine_.turn(BatchReported{0, tokens_[trial], batch});
    engine_.restart();
  }
  std::vector<idl::ScheduleLeg> schedule_of(std::int64_t trial) {
    std::vector<idl::ScheduleLeg> legs;
    engine_.turn(Inspected{0, [&](const StudyManager& manager) {
                             legs =
                                 trained_schedule(manager.state().studies.begin()->second, trial);
                             return Payload();
                           }});
    return legs;
  }

  DrivenCore engine_;
  std::vector<std::string> tokens_;
};

class PopulationByBest : public Population {
 protected:
  PopulationByBest() : Population(idl::ValueRule::BEST) {}
};

TEST_F(Population, AMemberGoesOnFromAnothersCheckpointWithANewConfiguration) {
  report(0, 1, 1);
  save(0, 1, 1);
  report(0, 2, 0.5);
  save(0, 2, 2);
  const auto before = engine_.trial("s", 1).configuration;
  report(1, 1, 5);
  ASSERT_EQ(report(1, 2, 5), idl::VerdictAction::PAUSE);
  engine_.restart();
  save(1, 1, 2);  // what it saves because it is asked to is not what it goes on from
  engine_.finish(tokens_[1], ended(idl::ExitCause::PAUSED));
  const idl::Trial trial = engine_.trial("s", 1);
  EXPECT_EQ(trial.state, idl::TrialState::WAITING);
  EXPECT_NE(trial.configuration, before);
  const idl::Session session = engine_.session(trial.session_id);
  EXPECT_EQ(session.restore.digest, std::string(64, 'c'));
  EXPECT_EQ(session.restore.step, 2);
  EXPECT_EQ(session.paused_attempts, 1);
  EXPECT_THAT(session.spec.params_json,
              HasSubstr(std::to_string(trial.configuration[0].value.real).substr(0, 4)));
  engine_.restart();
  const auto events = engine_.storage().load_trial_schedule(engine_.study("s").id, 1);
  EXPECT_EQ(events.back().kind, idl::ScheduleEventKind::EXPLOIT);
  EXPECT_EQ(events.back().donor, 0);
  EXPECT_EQ(events.back().donor_step, 2);
  EXPECT_EQ(events.back().source.digest, std::string(64, 'c'));
  const auto launches = engine_.take_launches();
  ASSERT_EQ(launches.size(), 1U);
  const Payload order = engine_.register_runner(launches[0].token);
  EXPECT_EQ(std::get<idl::RunnerOrder>(order).restore.digest, std::string(64, 'c'));
}

TEST_F(Population, ADonorsCheckpointIsKeptUntilItHasBeenTakenOver) {
  decide();
  const std::string source(64, 'c');
  for (std::int64_t step = 3; step < 7; ++step) {
    save(0, step, step);  // the donor goes on, and keeps its last ones only
  }
  report(0, 7, 0.4);
  engine_.finish(tokens_[0], ended(idl::ExitCause::EXITED));
  EXPECT_THAT(wanted(), Contains(source));
  engine_.restart();
  EXPECT_THAT(wanted(), Contains(source));
  engine_.finish(tokens_[1], ended(idl::ExitCause::PAUSED));
  engine_.restart();
  EXPECT_THAT(wanted(), Contains(source));
  tokens_[1] = engine_.take_token();
  const Payload order = engine_.register_runner(tokens_[1]);
  EXPECT_EQ(std::get<idl::RunnerOrder>(order).restore.digest, source);
  EXPECT_THAT(wanted(), Contains(source));
  report(1, 3, 0.3);
  engine_.finish(tokens_[1], ended(idl::ExitCause::EXITED));
  EXPECT_THAT(wanted(), Not(Contains(source)));
}

TEST_F(Population, WhatADonorHadBeforeItTookOverSomethingItselfIsNotTakenOver) {
  save(1, 1, 1);  // by the second trial, with weights that were not worth keeping
  take_over();
  report(1, 3, 0.1);
  report(1, 4, 0.1);
  report(0, 3, 5);
  EXPECT_EQ(report(0, 4, 5), idl::VerdictAction::PROCEED);
  const auto events = engine_.storage().load_trial_schedule(engine_.study("s").id, 0);
  EXPECT_THAT(events.back().reason, HasSubstr("has saved no checkpoint"));
}

TEST_F(Population, TheScheduleOfTheBestSaysWhoTrainedItsWeights) {
  take_over();
  report(1, 3, 0.1);
  const std::vector<idl::ScheduleLeg> legs = schedule_of(1);
  ASSERT_EQ(legs.size(), 2U);
  EXPECT_EQ(legs[0].trial, 0);
  EXPECT_EQ(legs[0].first_step, 1);
  EXPECT_EQ(legs[0].last_step, 2);
  EXPECT_EQ(legs[0].configuration, engine_.trial("s", 0).configuration);
  EXPECT_EQ(legs[1].trial, 1);
  EXPECT_EQ(legs[1].first_step, 3);
  EXPECT_EQ(legs[1].last_step, 3);
  EXPECT_EQ(legs[1].configuration, engine_.trial("s", 1).configuration);
}

TEST_F(Population, TheScheduleOfOneThatHasNotTrainedSinceItTookOverIsItsOwn) {
  const auto configuration = engine_.trial("s", 1).configuration;
  take_over();
  const std::vector<idl::ScheduleLeg> legs = schedule_of(1);
  ASSERT_EQ(legs.size(), 1U);
  EXPECT_EQ(legs[0].trial, 1);
  EXPECT_EQ(legs[0].first_step, 1);
  EXPECT_EQ(legs[0].last_step, 2);
  EXPECT_EQ(legs[0].configuration, configuration);
}

TEST_F(Population, AMemberThatCannotTakeOverGoesOnWithItsOwnWeights) {
  const auto before = engine_.trial("s", 1).configuration;
  save(1, 1, 1);
  take_over();
  const idl::Checkpoint own = engine_.storage().load_checkpoints(2).at(0);
  start_otherwise(1, own);
  EXPECT_FALSE(engine_.session(2).__isset.restore);
  EXPECT_EQ(engine_.attempts(2).back().restored, own);
  report(1, 2, 0.3);
  const std::vector<idl::ScheduleLeg> legs = schedule_of(1);
  ASSERT_EQ(legs.size(), 2U);
  EXPECT_EQ(legs[0].trial, 1);
  EXPECT_EQ(legs[0].last_step, 1);
  EXPECT_EQ(legs[0].configuration, before);
  EXPECT_EQ(legs[1].trial, 1);
  EXPECT_EQ(legs[1].first_step, 2);
  EXPECT_EQ(legs[1].configuration, engine_.trial("s", 1).configuration);
  const auto events = engine_.storage().load_trial_schedule(engine_.study("s").id, 1);
  const auto told = std::count_if(events.begin(), events.end(), [](const auto& event) {
    return event.kind == idl::ScheduleEventKind::EXPLOIT;
  });
  EXPECT_EQ(told, 2) << "one that was decided, and one that was not possible, told once";
  EXPECT_THAT(events.at(events.size() - 2).reason, HasSubstr("cannot be used"));
}

TEST_F(Population, AMemberThatCannotTakeOverAndHasNothingStartsOver) {
  take_over();
  start_otherwise(1, idl::Checkpoint());
  EXPECT_FALSE(engine_.attempts(2).back().__isset.restored);
  report(1, 1, 3);
  const std::vector<idl::ScheduleLeg> legs = schedule_of(1);
  ASSERT_EQ(legs.size(), 1U);
  EXPECT_EQ(legs[0].first_step, 1);
  EXPECT_EQ(legs[0].last_step, 1);
  EXPECT_EQ(legs[0].configuration, engine_.trial("s", 1).configuration);
}

TEST_F(PopulationByBest, TheScheduleEndsOnTheLegOnWhichTheBestValueWasFound) {
  const auto configuration = engine_.trial("s", 1).configuration;
  take_over();
  report(1, 3, 7);
  ASSERT_EQ(schedule_of(1).size(), 1U);
  EXPECT_EQ(schedule_of(1)[0].last_step, 2);
  EXPECT_EQ(schedule_of(1)[0].configuration, configuration);
  report(1, 4, 0.2);
  EXPECT_EQ(schedule_of(1).size(), 2U);
}

TEST_F(Population, WithoutACheckpointMembersGoOnAsTheyAre) {
  report(0, 1, 1);
  report(0, 2, 0.5);
  report(1, 1, 5);
  EXPECT_EQ(report(1, 2, 5), idl::VerdictAction::PROCEED);
  const auto events = engine_.storage().load_trial_schedule(engine_.study("s").id, 1);
  EXPECT_THAT(events.back().reason, HasSubstr("has saved no checkpoint"));
}

}  // namespace

}  // namespace automl::engine
