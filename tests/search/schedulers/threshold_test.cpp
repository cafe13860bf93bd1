// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/threshold.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

TEST(ThresholdScheduler, StopsOutsideOfTheLimitsOnly) {
  ThresholdScheduler scheduler({-1, 2, 0}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, -1), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 2), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 99), Action::kProceed);  // repeated
  const Verdict verdict = study.report(0, 3, 2.5);
  EXPECT_EQ(verdict.action, Action::kStop);
  EXPECT_EQ(verdict.reason, "threshold: 2.5 is above 2 at step 3");
  study.start(1);
  EXPECT_EQ(study.action(1, 1, -1.5), Action::kStop);
}

TEST(ThresholdScheduler, LimitsAreThoseOfTheUser) {
  ThresholdOptions options;
  options.lower = 0.3;
  ThresholdScheduler scheduler(options, {0, true});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, -0.4), Action::kProceed);
  EXPECT_EQ(study.report(0, 2, -0.2).reason, "threshold: 0.2 is below 0.3 at step 2");
}

TEST(ThresholdScheduler, StopsWhatIsNotFiniteAfterTheWarmUp) {
  ThresholdOptions options;
  options.warmup = 5;
  ThresholdScheduler scheduler(options, {});
  testing::Study study(scheduler);
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const auto trial = static_cast<std::int64_t>(study.curves.curves().size());
    study.start(trial);
    EXPECT_EQ(study.action(trial, 4, value), Action::kProceed);
    EXPECT_EQ(study.action(trial, 6, 1), Action::kProceed);
    EXPECT_EQ(study.action(trial, 5, value), Action::kStop);  // late, but judged
  }
}

}  // namespace
}  // namespace automl::search
