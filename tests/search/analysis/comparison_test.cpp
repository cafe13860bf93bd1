// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/comparison.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "search/analysis/student_t.hpp"
#include "search/random.hpp"

namespace automl::search {
namespace {

TEST(StudentT, HasKnownValues) {
  // One degree of freedom is Cauchy's: 1/2 + atan(t) / pi; two: 1/2 + t / (2 sqrt(2 + t^2)).
  for (const double t : {-30.0, -2.0, -0.1, 0.0, 0.7, 5.0}) {
    EXPECT_NEAR(student_t_cdf(t, 1), 0.5 + std::atan(t) / M_PI, 1e-13);
    EXPECT_NEAR(student_t_cdf(t, 2), 0.5 + t / (2 * std::sqrt(2 + t * t)), 1e-13);
  }
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706204736174698, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.7764451051977987, 1e-11);
  EXPECT_NEAR(student_t_quantile(0.025, 30), -2.0422724563012373, 1e-11);
  EXPECT_NEAR(student_t_quantile(0.9, 1e6), 1.2815524, 1e-5);
}

TEST(Comparison, MatchesAHandWorkedWelchTest) {
  // Means 2 and 6, variances 1 and 4, three runs each: a = 1/3, b = 4/3, t = 4 / sqrt(5/3),
  // v = (5/3)^2 / ((1/9 + 16/9) / 2) = 50/17.
  const RunComparison found = compare({1, 2, 3}, {4, 6, 8});
  EXPECT_DOUBLE_EQ(found.winner.mean, 2);
  EXPECT_DOUBLE_EQ(found.winner.deviation, 1);
  EXPECT_NEAR(found.winner.half_width, 4.302652729911275 / std::sqrt(3), 1e-9);
  EXPECT_DOUBLE_EQ(found.baseline.mean, 6);
  EXPECT_DOUBLE_EQ(found.gain, 4);
  const double error = std::sqrt(5.0 / 3);
  ASSERT_TRUE(found.probability_better && found.interval);
  EXPECT_NEAR(*found.probability_better, student_t_cdf(4 / error, 50.0 / 17), 1e-12);
  EXPECT_NEAR(*found.probability_better, 0.9723, 1e-3);
  EXPECT_NEAR(found.interval->high - 4, student_t_quantile(0.975, 50.0 / 17) * error, 1e-9);
  EXPECT_NEAR(found.interval->low + found.interval->high, 8, 1e-9);
}

TEST(Comparison, SaysNothingOfChanceWhenNothingIsKnownOfIt) {
  const RunComparison single = compare({1}, {2});
  EXPECT_DOUBLE_EQ(single.gain, 1);
  EXPECT_FALSE(single.probability_better);
  EXPECT_FALSE(single.interval);
  EXPECT_FALSE(compare({}, {1, 2, 3}).probability_better);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const RunComparison failed = compare({nan, nan, 1}, {nan});
  EXPECT_EQ(failed.winner.count, 1u);
  EXPECT_EQ(failed.winner.missing, 2u);
  EXPECT_EQ(failed.baseline.count, 0u);
  EXPECT_FALSE(failed.probability_better);
}

TEST(Comparison, TakesTheSpreadOfTheOtherWhereThereIsOneRun) {
  const RunComparison found = compare({0}, {4, 6, 8});
  ASSERT_TRUE(found.probability_better);
  EXPECT_NEAR(*found.probability_better, student_t_cdf(6 / (2 * std::sqrt(4.0 / 3)), 2), 1e-12);
}

TEST(Comparison, RunsThatAgreeLeaveNoDoubt) {
  EXPECT_EQ(compare({0.1, 0.1, 0.1}, {0.2, 0.2, 0.2}).probability_better, 1.0);
  EXPECT_EQ(compare({0.2, 0.2}, {0.1, 0.1}).probability_better, 0.0);
  EXPECT_EQ(compare({0.3, 0.3}, {0.3, 0.3}).probability_better, 0.5);
}

TEST(Comparison, SurvivesExtremeValues) {
  for (const double unit : {1e300, 1e-300}) {
    const RunComparison found =
        compare({1 * unit, 2 * unit, 3 * unit}, {4 * unit, 6 * unit, 8 * unit});
    EXPECT_NEAR(*found.probability_better, 0.9723, 1e-3) << unit;
    EXPECT_NEAR(found.gain / unit, 4, 1e-9);
  }
}

// When both are the same, P(better) is uniform, and a 90 % interval misses in a tenth of the cases:
// with unequal spreads and three runs each Welch's interval errs on the safe side.
TEST(Comparison, IntervalsHoldWhatTheyPromise) {
  Random random(1);
  int sure = 0;
  int missed = 0;
  constexpr int kRounds = 2000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> winner;
    std::vector<double> baseline;
    for (int run = 0; run < 4; ++run) {
      winner.push_back(random.normal());
      baseline.push_back(2 * random.normal());
    }
    const RunComparison found = compare(winner, baseline, 0.9);
    sure += *found.probability_better > 0.95 ? 1 : 0;
    missed += found.interval->low > 0 || found.interval->high < 0 ? 1 : 0;
  }
  EXPECT_NEAR(sure / static_cast<double>(kRounds), 0.05, 0.015);
  EXPECT_NEAR(missed / static_cast<double>(kRounds), 0.1, 0.02);
}

}  // namespace
}  // namespace automl::search
