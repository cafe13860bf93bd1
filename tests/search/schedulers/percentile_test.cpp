// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/percentile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

// Best values at step 2 are 1, 2, 3, 4, 5; a quarter of the way from the best is 2.
TEST(PercentileScheduler, KeepsWhatIsAmongTheBestShare) {
  PercentileScheduler scheduler(25, {}, {});
  testing::Study study(scheduler);
  study.complete(0, {1, 9, 0});
  study.complete(1, {2, 3});
  study.complete(2, {7, 3});
  study.complete(3, {4, 4});
  study.complete(4, {5, 8});
  study.start(5);
  EXPECT_EQ(study.action(5, 2, 2), Action::kProceed);
  study.start(6);
  const Verdict verdict = study.report(6, 2, 2.01);
  EXPECT_EQ(verdict.action, Action::kStop);
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("worse than the best 25 % of 5"));
}

TEST(PercentileScheduler, ShorterPeersCountWithTheirLastValue) {
  PercentileScheduler scheduler(50, {}, {});
  testing::Study study(scheduler);
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    study.complete(trial, {1.0 + static_cast<double>(trial)});
  }
  study.start(9);
  EXPECT_EQ(study.action(9, 40, 3), Action::kProceed);
  EXPECT_EQ(study.action(9, 41, 3.5), Action::kProceed);  // its best is 3
  study.start(10);
  EXPECT_EQ(study.action(10, 40, 3.5), Action::kStop);
}

}  // namespace
}  // namespace automl::search
