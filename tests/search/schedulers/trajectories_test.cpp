// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/trajectories.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Trajectory, SortsLateReportsAndKeepsTheFirstOfRepeatedOnes) {
  Trajectory trajectory;
  EXPECT_TRUE(trajectory.add(1, 4));
  EXPECT_TRUE(trajectory.add(5, 2));
  EXPECT_TRUE(trajectory.add(3, 1));
  EXPECT_FALSE(trajectory.add(5, -9));
  ASSERT_EQ(trajectory.points().size(), 3u);
  EXPECT_EQ(trajectory.at(0), nullptr);
  EXPECT_EQ(trajectory.at(2)->best, 4);
  EXPECT_EQ(trajectory.at(3)->mean(), 2.5);
  EXPECT_EQ(trajectory.at(100)->best, 1);
  EXPECT_DOUBLE_EQ(trajectory.at(5)->mean(), 7.0 / 3);
  EXPECT_EQ(trajectory.best(), 1);
}

TEST(Trajectory, LeavesOutWhatIsNotFinite) {
  Trajectory trajectory;
  trajectory.add(1, std::nan(""));
  EXPECT_EQ(trajectory.best(), kInfinity);
  EXPECT_EQ(trajectory.at(1)->mean(), kInfinity);
  trajectory.add(2, 3);
  trajectory.add(3, -kInfinity);
  EXPECT_EQ(trajectory.at(3)->best, 3);
  EXPECT_EQ(trajectory.at(3)->mean(), 3);
  EXPECT_EQ(trajectory.at(3)->finite, 1u);
}

TEST(Arrival, CrossesEachMultipleOnce) {
  const auto crosses = [](std::int64_t step, std::optional<std::int64_t> before) {
    return Arrival{{step, 0}, false, before}.crosses(10, 5);
  };
  EXPECT_FALSE(crosses(9, {}));
  EXPECT_TRUE(crosses(10, 9));
  EXPECT_TRUE(crosses(12, {}));
  EXPECT_FALSE(crosses(14, 12));
  EXPECT_TRUE(crosses(31, 12));   // skipped some
  EXPECT_FALSE(crosses(12, 31));  // late
  EXPECT_FALSE(crosses(10, 10));  // repeated
}

TEST(Trajectories, BestIsThatOfTheLivingAndCompleteOnesAreListed) {
  TrialCurves curves;
  Trajectories all;
  for (const std::int64_t trial : {5, 6, 7}) {
    curves.start(trial, {{0.5}});
  }
  all.follow(curves);
  EXPECT_FALSE(all.best());
  curves.report(5, 1, 3);
  curves.report(6, 1, -1e9);
  curves.report(7, 1, 3);
  all.follow(curves);
  EXPECT_EQ(all.best(), 1u);
  curves.set_state(6, TrialState::kFailed);
  curves.set_state(7, TrialState::kComplete);
  all.follow(curves);
  EXPECT_EQ(all.best(), 0u);
  EXPECT_EQ(all.complete(), std::vector<std::size_t>{2});
  curves.set_state(6, TrialState::kRunning);
  curves.set_state(7, TrialState::kRunning);
  all.follow(curves);
  EXPECT_EQ(all.best(), 1u);
  EXPECT_TRUE(all.complete().empty());
}

TEST(Trajectories, AnExploitStartsAnewFromTheStepTakenOver) {
  TrialCurves curves;
  curves.start(0, {{0.5}});
  curves.start(1, {{0.5}});
  curves.report(0, 10, 1);
  curves.report(1, 12, 5);
  curves.exploit(1, {0, 10}, {{0.6}});
  curves.report(1, 14, 0.5);
  Trajectories all;
  all.follow(curves);
  EXPECT_EQ(all[1].points().size(), 1u);
  EXPECT_EQ(all.arrival(1).before, 10);
  curves.start_over(1, {{0.7}});
  curves.report(1, 1, 9);
  all.follow(curves);
  EXPECT_EQ(all[1].points().size(), 1u);
  EXPECT_EQ(all.arrival(1).before, std::nullopt);
}

}  // namespace
}  // namespace automl::search
