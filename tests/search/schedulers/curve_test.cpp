// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/curve.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/random.hpp"
#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

CurveOptions fifty() {
  CurveOptions options;
  options.max = 50;
  return options;
}

// The step at which a trial with the given end is stopped; 0: never.
std::int64_t stopped_at(testing::Study& study, std::int64_t trial, double end, double noise) {
  Random random(static_cast<std::uint64_t>(trial));
  study.start(trial);
  for (std::int64_t step = 1; step <= 50; ++step) {
    const double value = end + std::pow(step, -0.7) + noise * random.normal();
    if (study.action(trial, step, value) == Action::kStop) {
      return step;
    }
  }
  study.curves.set_state(trial, TrialState::kComplete);
  return 0;
}

TEST(CurveScheduler, StopsWhatCannotBeatTheBestAndNothingElse) {
  CurveScheduler scheduler(fifty(), {});
  testing::Study study(scheduler);
  EXPECT_EQ(stopped_at(study, 0, 0.5, 0.002), 0);  // the first one has no rival
  const std::int64_t hopeless = stopped_at(study, 1, 3, 0.002);
  EXPECT_GE(hopeless, 4);
  EXPECT_LE(hopeless, 8);
  EXPECT_GT(stopped_at(study, 2, 0.7, 0.002), hopeless);
  EXPECT_EQ(stopped_at(study, 3, 0.4, 0.002), 0);
}

TEST(CurveScheduler, RarelyStopsATrialThatWouldHaveWon) {
  int wrong = 0;
  for (std::int64_t seed = 0; seed < 200; ++seed) {
    CurveScheduler scheduler(fifty(), {});
    testing::Study study(scheduler);
    stopped_at(study, 1000 + seed, 0.5, 0.01);
    wrong += stopped_at(study, seed, 0.45, 0.01) > 0 ? 1 : 0;
  }
  EXPECT_LE(wrong, 20);
}

TEST(CurveScheduler, JudgesNoLateRepeatedEarlyOrLastReport) {
  CurveScheduler scheduler(fifty(), {});
  testing::Study study(scheduler);
  study.complete(0, {-100});
  study.start(1);
  for (std::int64_t step = 1; step <= 3; ++step) {
    EXPECT_EQ(study.action(1, step, 1), Action::kProceed);
  }
  study.curves.report(1, 10, 1);
  EXPECT_EQ(study.action(1, 9, 1), Action::kProceed);
  EXPECT_EQ(study.action(1, 10, 1), Action::kProceed);
  EXPECT_EQ(study.action(1, 50, 1), Action::kProceed);
  study.start(2);
  for (std::int64_t step = 1; step <= 4; ++step) {
    EXPECT_EQ(study.action(2, step, 1), step < 4 ? Action::kProceed : Action::kStop);
  }
}

TEST(CurveScheduler, ValuesOfFailedTrialsAreNoAim) {
  CurveScheduler scheduler(fifty(), {});
  testing::Study study(scheduler);
  study.complete(0, {-1e9});
  study.curves.set_state(0, TrialState::kFailed);
  study.start(1);
  for (std::int64_t step = 1; step <= 6; ++step) {
    EXPECT_EQ(study.action(1, step, 1), Action::kProceed);
  }
}

TEST(CurveScheduler, NotANumberIsLeftOut) {
  CurveScheduler scheduler(fifty(), {});
  testing::Study study(scheduler);
  study.complete(0, {-100});
  study.start(1);
  for (std::int64_t step = 1; step <= 20; ++step) {
    EXPECT_EQ(study.action(1, step, std::nan("")), Action::kProceed);
  }
}

TEST(CurveScheduler, ReasonsSpeakOfTheUsersValues) {
  CurveScheduler scheduler(fifty(), {0, true});
  testing::Study study(scheduler);
  study.complete(0, {-0.9});
  study.start(1);
  Verdict verdict;
  for (std::int64_t step = 1; step <= 6; ++step) {
    verdict = study.report(1, step, -0.5);
  }
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("it beats 0.9 by step 50"));
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("about 0.5 is expected"));
}

}  // namespace
}  // namespace automl::search
