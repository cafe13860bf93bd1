// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/patience.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

TEST(PatienceScheduler, StopsAfterStepsWithoutImprovement) {
  PatienceScheduler scheduler({3, 0.1}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, 1.0), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 0.95), Action::kProceed);
  EXPECT_EQ(study.action(0, 3, 0.92), Action::kProceed);
  EXPECT_EQ(study.action(0, 4, 0.80), Action::kProceed);
  EXPECT_EQ(study.action(0, 5, 0.86), Action::kProceed);  // 0.95 fell to 0.8
  EXPECT_EQ(study.action(0, 6, 0.78), Action::kProceed);  // 0.92 fell to 0.78
  const Verdict verdict = study.report(0, 7, 0.75);       // 0.8 fell to 0.75
  EXPECT_EQ(verdict.action, Action::kStop);
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("0.8 by more than 0.1 within the last 3"));
}

TEST(PatienceScheduler, CountsStepsNotReports) {
  PatienceScheduler scheduler({10, 0}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 100, 1), Action::kProceed);
  EXPECT_EQ(study.action(0, 109, 2), Action::kProceed);
  EXPECT_EQ(study.action(0, 200, 2), Action::kStop);
}

TEST(PatienceScheduler, LateReportsAreNotJudgedButKnown) {
  PatienceScheduler scheduler({2, 0}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, 5), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 4), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 9), Action::kProceed);
  study.curves.report(0, 4, 4);
  EXPECT_EQ(study.action(0, 3, 3), Action::kProceed);
  EXPECT_EQ(study.action(0, 5, 4), Action::kStop);  // 3 at step 3 was not bettered
}

TEST(PatienceScheduler, NotANumberIsNoImprovement) {
  PatienceScheduler scheduler({2, 0}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, std::nan("")), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, std::nan("")), Action::kProceed);
  EXPECT_EQ(study.action(0, 3, 7), Action::kProceed);  // the first finite value
  EXPECT_EQ(study.action(0, 4, std::nan("")), Action::kProceed);
  EXPECT_EQ(study.action(0, 5, std::nan("")), Action::kStop);
  study.start(1);
  EXPECT_EQ(study.action(1, 1, std::nan("")), Action::kProceed);
  EXPECT_EQ(study.action(1, 3, std::nan("")), Action::kStop);
}

}  // namespace
}  // namespace automl::search
