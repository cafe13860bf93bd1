// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/training_intervals.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

std::deque<TrainingInterval> intervals(const TrialCurves& curves,
                                       std::int64_t interval,
                                       std::size_t most) {
  TrainingIntervals all(interval, most);
  all.follow(curves);
  return all.last();
}

TEST(TrainingIntervals, AreTheFallsBetweenMultiples) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  for (const auto& [step, value] : {std::pair{5, 10.0}, {7, 1.0}, {10, 8.0}, {25, 2.0}}) {
    curves.report(0, step, value);
  }
  const auto found = intervals(curves, 5, 100);
  // The value at step 7 is between two; 10 to 25 are three intervals.
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].until, 2);
  EXPECT_EQ(found[0].gain, 2);
  EXPECT_EQ(found[1].until, 5);
  EXPECT_EQ(found[1].gain, 2);
}

TEST(TrainingIntervals, StartAtTheCheckpointAfterAnExploit) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  curves.start(1, {{0.2}});
  curves.report(0, 5, 4);
  curves.report(0, 7, 3.5);
  curves.report(1, 5, 9);
  curves.exploit(1, {0, 5}, {{0.3}});
  curves.report(0, 10, 3);
  curves.report(1, 10, 1);
  const auto found = intervals(curves, 5, 100);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].curve, 1u);
  EXPECT_EQ(found[0].leg, 0u);
  EXPECT_EQ(found[1].leg, 1u);
  EXPECT_EQ(found[1].gain, 3);  // from 4, not from 9
}

TEST(TrainingIntervals, OneThatStartsOverBeginsAtZero) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  curves.start(1, {{0.2}});
  curves.report(0, 10, 4);
  curves.exploit(1, {0, 10}, {{0.3}});
  curves.start_over(1, {{0.3}});
  curves.report(1, 5, 9);
  curves.report(1, 10, 7);
  const auto found = intervals(curves, 5, 100);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].leg, 2u);
  EXPECT_EQ(found[0].gain, 2);  // what it had before its first report is not known
}

TEST(TrainingIntervals, SkipWhatIsNotFiniteAndKeepTheLast) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  for (int k = 1; k <= 10; ++k) {
    curves.report(0, k, k == 4 ? std::nan("") : 20.0 - k);
    curves.report(0, k, -99);     // repeated
    curves.report(0, k - 1, 99);  // late
  }
  const auto found = intervals(curves, 1, 100);
  ASSERT_EQ(found.size(), 7u);
  for (const TrainingInterval& one : found) {
    EXPECT_EQ(one.gain, 1);
    EXPECT_NE(one.until, 4);
    EXPECT_NE(one.until, 5);
  }
  const auto last = intervals(curves, 1, 3);
  ASSERT_EQ(last.size(), 3u);
  EXPECT_EQ(last[0].until, 8);
}

TEST(TrainingIntervals, WhatTheSourceReportsLaterIsNotTheCheckpoints) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  curves.start(1, {{0.2}});
  curves.report(0, 4, 4);
  curves.exploit(1, {0, 5}, {{0.3}});
  curves.report(0, 5, 100);
  curves.report(1, 10, 1);
  const auto found = intervals(curves, 5, 100);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].gain, 3);
}

}  // namespace
}  // namespace automl::search
