// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/schedule_replay.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/schedulers/asha.hpp"
#include "search/schedulers/threshold.hpp"

namespace automl::search {

namespace {

RecordedTrial recorded(std::int64_t trial, const std::vector<double>& values) {
  RecordedTrial one;
  one.trial = trial;
  one.configuration = Configuration{{0.5}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    one.reports.push_back({static_cast<std::int64_t>(i) + 1, values[i]});
  }
  return one;
}

const std::vector<RecordedTrial> kTrials = {
    recorded(0, {5, 4, 3, 2}), recorded(1, {9, 8, 7, 6}), recorded(2, {4, 3, 2, 1})};

TEST(ScheduleReplay, WithoutASchedulerAllRunToTheirEnd) {
  const ReplayResult found = replay(kTrials, nullptr, {.target = 1});
  EXPECT_EQ(found.steps, 12);
  EXPECT_EQ(found.stopped, 0);
  EXPECT_EQ(found.best->value, 1);
  EXPECT_EQ(found.best_trial, 2);
  EXPECT_EQ(found.steps_to_target, 12);
}

TEST(ScheduleReplay, StoppedTrialsPayNoMore) {
  AshaScheduler asha({.min = 1, .max = 4, .reduction = 2}, {});
  // Trial 1 is worse than trial 0 at step 1; trial 2 is the best of three there.
  const ReplayResult found = replay(kTrials, &asha, {.last_step = 4, .target = 1});
  EXPECT_EQ(found.steps, 4 + 1 + 4);
  EXPECT_EQ(found.stopped, 1);
  EXPECT_EQ(found.steps_to_target, 9);
}

TEST(ScheduleReplay, PausedTrialsAreResumedWhenPromoted) {
  AshaScheduler asha({.min = 1, .max = 4, .reduction = 3, .halving = Halving::kPromote}, {});
  // One of three goes on from step 1: the last one; at step 3 it is alone and stays there.
  const ReplayResult found = replay(kTrials, &asha, {.last_step = 4, .target = 2});
  EXPECT_EQ(found.steps, 1 + 1 + 3);
  EXPECT_EQ(found.paused, 3);
  EXPECT_EQ(found.steps_to_target, 5);
  EXPECT_EQ(found.best_trial, 2);
}

TEST(ScheduleReplay, ExemptTrialsRunToTheirEnd) {
  std::vector<RecordedTrial> trials = kTrials;
  trials[1].exempt = true;
  ThresholdScheduler threshold({.upper = 4.5}, {});
  const ReplayResult found = replay(trials, &threshold, {.parallel = 3, .target = 0});
  EXPECT_EQ(found.steps, 1 + 4 + 4);
  EXPECT_EQ(found.steps_to_target, std::nullopt);
}

TEST(ScheduleReplay, TellsWhatIsNotKnown) {
  std::vector<RecordedTrial> trials = kTrials;
  trials[0].cut_short = true;
  trials[1].cut_short = true;
  trials[1].reports[1].value = std::nan("");
  ThresholdScheduler threshold({.upper = 100}, {});
  const ReplayResult found = replay(trials, &threshold, {});
  EXPECT_EQ(found.unknown, 1);  // the other one is stopped before its curve ends
  EXPECT_EQ(found.stopped, 1);
}

TEST(ScheduleReplay, StepsThatComeAgainOrLateCostNothing) {
  RecordedTrial one = recorded(0, {3, 2});
  one.reports.push_back({1, 9});
  one.reports.push_back({4, 1});
  EXPECT_EQ(replay({one}, nullptr, {}).steps, 4);
  EXPECT_FALSE(replay({}, nullptr, {}).best.has_value());
}

}  // namespace

}  // namespace automl::search
