// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/partial_observations.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

// Ten trials report at step 1, those up to number 5 also at 2 to 5; the others are stopped.
TrialCurves halved() {
  TrialCurves curves;
  for (std::int64_t trial = 0; trial < 10; ++trial) {
    curves.start(trial, {{0.1 * static_cast<double>(trial)}});
    curves.report(trial, 1, 20.0 + static_cast<double>(trial));
    for (std::int64_t step = 2; trial < 5 && step <= 5; ++step) {
      curves.report(trial, step, static_cast<double>(10 * trial + step));
    }
    if (trial >= 5) {
      curves.set_state(trial, TrialState::kStopped);
    }
  }
  return curves;
}

TEST(PartialObservations, AreThoseOfTheHighestStepWithEnoughAndTheStoppedOnes) {
  const auto found = partial_observations(halved(), 5);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 10u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(found->observations()[i].status, Status::kComplete);
    EXPECT_EQ(found->observations()[i].value, static_cast<double>(10 * i + 4));
  }
  for (std::size_t i = 5; i < 10; ++i) {
    EXPECT_EQ(found->observations()[i].status, Status::kPruned);
    EXPECT_EQ(found->observations()[i].value, static_cast<double>(20 + i));
  }
}

TEST(PartialObservations, GoDownUntilThereAreEnough) {
  const auto found = partial_observations(halved(), 6);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 10u);
  EXPECT_EQ(found->observations()[9].status, Status::kComplete);
  EXPECT_EQ(found->observations()[9].value, 29);
  EXPECT_FALSE(partial_observations(halved(), 11));
}

TEST(PartialObservations, AreNotNeededWhenEnoughTrialsAreComplete) {
  TrialCurves curves = halved();
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    curves.set_state(trial, TrialState::kComplete);
  }
  EXPECT_TRUE(partial_observations(curves, 4));
  EXPECT_FALSE(partial_observations(curves, 3));
}

TEST(PartialObservations, SurviveStrangeReports) {
  TrialCurves curves;
  EXPECT_FALSE(partial_observations(curves, 1));
  curves.start(0, {{0.5}});
  curves.report(0, std::numeric_limits<std::int64_t>::max(), 3);
  curves.start(1, {{0.6}});
  curves.report(1, -7, std::nan(""));
  curves.set_state(1, TrialState::kStopped);
  const auto found = partial_observations(curves, 1);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->observations()[0].value, 3);
}

}  // namespace
}  // namespace automl::search
