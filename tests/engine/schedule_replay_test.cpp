// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule_replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Three trials that report the losses 1, 2, … of their number on.
void run_study(DrivenCore& engine) {
  idl::StudySpec spec = small_study("s");
  spec.objectives[0].goal = idl::Goal::MAXIMIZE;
  engine.submit(spec);
  for (int trial = 0; trial < 3; ++trial) {
    const std::string token = engine.take_token();
    engine.register_runner(token);
    for (int step = 1; step <= 4; ++step) {
      engine.report(token, {measured(step, 10.0 * trial + step)});
    }
    engine.finish(token, exited(0));
  }
}

ReplayInput read(DrivenCore& engine, const std::string& scheduler) {
  ReplayInput input;
  input.scheduler = parse_scheduler(scheduler);
  engine.turn(Inspected{
      0, [&](const StudyManager& manager) { return read_for_replay(manager, "s", input); }});
  return input;
}

TEST(StudyReplay, ComparesASchedulerWithTheStudyAsItRan) {
  DrivenCore engine;
  run_study(engine);
  const idl::ScheduleReplay none = replay_schedule(read(engine, "none"));
  EXPECT_EQ(none.trials, 3);
  EXPECT_EQ(none.steps, 12);
  EXPECT_EQ(none.steps_paid, 12);
  EXPECT_EQ(none.study_best, 24);
  EXPECT_EQ(none.study_best_trial, 2);
  EXPECT_EQ(none.study_steps_to_best, 12);
  EXPECT_THAT(none.notes, IsEmpty());
  const idl::ScheduleReplay low = replay_schedule(read(engine, "{threshold: {lower: 11}}"));
  EXPECT_EQ(low.steps_paid, 1 + 4 + 4);
  EXPECT_EQ(low.trials_pruned, 1);
  EXPECT_EQ(low.best, 24);
  EXPECT_EQ(low.steps_to_best, 9);
  const idl::ScheduleReplay short_runs = replay_schedule(read(engine, "{asha: {max: 2}}"));
  EXPECT_EQ(short_runs.steps_paid, 6);
  EXPECT_EQ(short_runs.best, 22);
  EXPECT_FALSE(short_runs.__isset.steps_to_best);
}

TEST(StudyReplay, WrongSchedulersAreRefused) {
  DrivenCore engine;
  run_study(engine);
  const auto message = [&](const std::string& scheduler) {
    try {
      replay_schedule(read(engine, scheduler));
    } catch (const idl::InvalidRequest& refusal) {
      return refusal.message;
    }
    return std::string();
  };
  EXPECT_THAT(message("ahsa"), HasSubstr("did you mean \"asha\"?"));
  EXPECT_THAT(message("{asha: {mim: 1}}"), HasSubstr("unknown option \"mim\""));
  EXPECT_THAT(message("{asha: {min: 0}}"), HasSubstr("min must be"));
  EXPECT_THAT(message("pbt"), HasSubstr("population"));
  EXPECT_NE(message("{{{"), "");
}

}  // namespace

}  // namespace automl::engine
