// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/median.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

PeerOptions three() {
  PeerOptions options;
  options.startup = 3;
  return options;
}

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  std::vector<double> values = {4, 1, 3, 2};
  EXPECT_EQ(quantile(values, 0.5), 2.5);
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.3);
  std::vector<double> one = {7};
  EXPECT_EQ(quantile(one, 0.3), 7);
  std::vector<double> bad = {1, kInfinity};
  EXPECT_EQ(quantile(bad, 0.5), kInfinity);
}

// Running averages at step 2: (4 + 2) / 2 = 3, (6 + 4) / 2 = 5, (10 + 0) / 2 = 5; median 5.
TEST(MedianScheduler, ComparesTheBestWithTheMedianOfRunningAverages) {
  MedianScheduler scheduler(three(), {});
  testing::Study study(scheduler);
  study.complete(0, {4, 2, 1});
  study.complete(1, {6, 4, 3});
  study.complete(2, {10, 0, 0});
  study.start(3);
  // At step 1 the averages are 4, 6 and 10.
  EXPECT_EQ(study.action(3, 1, 6), Action::kProceed);
  study.start(4);
  EXPECT_EQ(study.action(4, 2, 5), Action::kProceed);  // not strictly worse
  study.start(5);
  EXPECT_EQ(study.action(5, 1, 6), Action::kProceed);
  const Verdict verdict = study.report(5, 2, 5.5);
  EXPECT_EQ(verdict.action, Action::kStop);
  EXPECT_THAT(verdict.reason, HasSubstr("its best value, 5.5, is worse than the median"));
  // Its best value counts, not its last.
  study.start(6);
  EXPECT_EQ(study.action(6, 1, 4), Action::kProceed);
  EXPECT_EQ(study.action(6, 2, 100), Action::kProceed);
}

TEST(MedianScheduler, WaitsForCompleteTrialsAndHeedsWarmupAndInterval) {
  PeerOptions options = three();
  options.warmup = 4;
  options.interval = 3;
  MedianScheduler scheduler(options, {});
  testing::Study study(scheduler);
  study.complete(0, {1, 1, 1, 1});
  study.complete(1, {1, 1, 1, 1});
  study.start(2);
  EXPECT_EQ(study.action(2, 4, 50), Action::kProceed);
  study.complete(3, {1, 1, 1, 1});
  EXPECT_EQ(study.action(2, 5, 50), Action::kProceed);  // 7 is next
  EXPECT_EQ(study.action(2, 8, 50), Action::kStop);
}

TEST(MedianScheduler, RunningStoppedAndFailedTrialsAreNoPeers) {
  MedianScheduler scheduler(three(), {});
  testing::Study study(scheduler);
  study.complete(0, {1});
  study.complete(1, {1});
  for (const TrialState state : {TrialState::kRunning, TrialState::kStopped, TrialState::kFailed}) {
    const auto trial = 10 + static_cast<std::int64_t>(state);
    study.complete(trial, {1});
    study.curves.set_state(trial, state);
  }
  study.start(2);
  EXPECT_EQ(study.action(2, 1, 50), Action::kProceed);
}

TEST(MedianScheduler, NeverFiniteIsWorseAndPeersWithoutValuesCountAsBad) {
  MedianScheduler scheduler(three(), {});
  testing::Study study(scheduler);
  study.complete(0, {1, 1});
  study.complete(1, {std::nan(""), std::nan("")});
  study.complete(2, {kInfinity, kInfinity});
  study.start(3);
  EXPECT_EQ(study.action(3, 1, 1e300), Action::kProceed);
  study.start(4);
  EXPECT_EQ(study.action(4, 1, std::nan("")), Action::kStop);
  study.start(5);
  EXPECT_EQ(study.action(5, 1, -kInfinity), Action::kStop);
}

TEST(MedianScheduler, LateAndRepeatedReportsChangeNothing) {
  MedianScheduler scheduler(three(), {});
  testing::Study study(scheduler);
  study.complete(0, {1, 1, 1});
  study.complete(1, {1, 1, 1});
  study.complete(2, {1, 1, 1});
  study.start(3);
  EXPECT_EQ(study.action(3, 3, 1), Action::kProceed);
  EXPECT_EQ(study.action(3, 2, 50), Action::kProceed);
  EXPECT_EQ(study.action(3, 3, 50), Action::kProceed);
}

TEST(MedianScheduler, ReasonsSpeakOfTheUsersValues) {
  MedianScheduler scheduler(three(), {0, true});
  testing::Study study(scheduler);
  for (const std::int64_t trial : {0, 1, 2}) {
    study.complete(trial, {-0.9});
  }
  study.start(3);
  EXPECT_THAT(study.report(3, 1, -0.5).reason, HasSubstr("its best value, 0.5, is worse"));
}

}  // namespace
}  // namespace automl::search
