// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/asha.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

AshaOptions nine(Halving halving) { return {1, 9, 3, halving}; }

TEST(GeometricRungs, LieBelowTheEnd) {
  EXPECT_THAT(geometric_rungs(1, 81, 3), ElementsAre(1, 3, 9, 27));
  EXPECT_THAT(geometric_rungs(1, 82, 3), ElementsAre(1, 3, 9, 27, 81));
  EXPECT_THAT(geometric_rungs(5, 100, 4), ElementsAre(5, 20, 80));
  EXPECT_THAT(geometric_rungs(1, 8, 1.5), ElementsAre(1, 2, 3, 5, 7));
  EXPECT_EQ(geometric_rungs(1, 0, 2).size(), 52u);
}

// Li et al. 2020, Figure 1: nine configurations, minimum resource 1, maximum 9, eta 3. Of the first
// rung's nine the best three go on, of these three the best one.
TEST(AshaScheduler, PromotesTheBestThirdOfEachRung) {
  AshaScheduler scheduler(nine(Halving::kPromote), {});
  testing::Study study(scheduler);
  const double values[] = {0.5, 0.9, 0.7, 0.8, 0.3, 0.6, 0.95, 0.2, 0.1};
  // One result alone cannot be promoted, and the third one is not the best of three.
  std::vector<Action> actions;
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    study.start(trial);
    actions.push_back(study.action(trial, 1, values[trial]));
  }
  EXPECT_THAT(actions, ElementsAre(Action::kPause, Action::kPause, Action::kPause));
  EXPECT_EQ(study.resume(), 0);   // the best of three
  EXPECT_EQ(study.resume(), -1);  // a slot for a new trial
  for (std::int64_t trial = 3; trial < 5; ++trial) {
    study.start(trial);
    actions.push_back(study.action(trial, 1, values[trial]));
  }
  // 0.3 is the best of five, so it goes on without a pause; trial 0 was promoted before.
  EXPECT_EQ(actions[3], Action::kPause);
  EXPECT_EQ(actions[4], Action::kProceed);
  EXPECT_EQ(study.resume(), -1);
  for (std::int64_t trial = 5; trial < 9; ++trial) {
    study.start(trial);
    actions.push_back(study.action(trial, 1, values[trial]));
  }
  EXPECT_EQ(actions[5], Action::kPause);
  EXPECT_EQ(actions[7], Action::kProceed);
  EXPECT_EQ(actions[8], Action::kProceed);
  EXPECT_EQ(study.resume(), -1);
  // Second rung: 0, 4, 7 and 8 got there; one of three goes on.
  EXPECT_EQ(study.action(0, 3, 0.4), Action::kPause);
  EXPECT_EQ(study.action(4, 3, 0.25), Action::kPause);
  EXPECT_EQ(study.action(7, 3, 0.15), Action::kProceed);
  EXPECT_EQ(study.action(8, 3, 0.05), Action::kProceed);  // the best of four
  EXPECT_EQ(study.resume(), -1);
  EXPECT_EQ(study.action(8, 9, 0.01), Action::kProceed);  // complete: no rung there
}

TEST(AshaScheduler, PromotesFromTheHighestRungFirst) {
  AshaScheduler scheduler(nine(Halving::kPromote), {});
  testing::Study study(scheduler);
  for (std::int64_t trial = 0; trial < 9; ++trial) {
    study.start(trial);
    study.report(trial, 1, static_cast<double>(9 - trial));
  }
  // Every later one was better, so from the third on all go on.
  for (std::int64_t trial = 2; trial < 5; ++trial) {
    EXPECT_EQ(study.curves.of(trial).state, TrialState::kRunning);
    study.report(trial, 3, static_cast<double>(trial));
  }
  for (std::int64_t trial = 10; trial < 20; ++trial) {
    study.start(trial);
    study.report(trial, 1, 100);
  }
  study.curves.set_state(5, TrialState::kPaused);
  EXPECT_EQ(study.resume(), 2);  // best of three at step 3, before any of step 1
  EXPECT_EQ(study.resume(), 5);  // in the best third at step 1
}

TEST(AshaScheduler, StopsWhatIsNotAmongTheBestSoFar) {
  AshaScheduler scheduler(nine(Halving::kStop), {});
  testing::Study study(scheduler);
  const double values[] = {0.5, 0.6, 0.4, 0.3, 0.45, 0.35};
  std::vector<Action> actions;
  for (std::int64_t trial = 0; trial < 6; ++trial) {
    study.start(trial);
    actions.push_back(study.action(trial, 1, values[trial]));
  }
  // Of up to five the best one goes on, of six the best two.
  EXPECT_THAT(actions,
              ElementsAre(Action::kProceed,
                          Action::kStop,
                          Action::kProceed,
                          Action::kProceed,
                          Action::kStop,
                          Action::kProceed));
  EXPECT_EQ(study.resume(), -1);
}

TEST(AshaScheduler, DecidesEveryRungThatWasSkipped) {
  AshaScheduler scheduler({1, 100, 2, Halving::kStop}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, 0.5), Action::kProceed);
  EXPECT_EQ(study.action(0, 2, 0.1), Action::kProceed);
  EXPECT_EQ(study.action(0, 4, 0.1), Action::kProceed);
  study.start(1);
  const Verdict verdict = study.report(1, 5, 0.4);
  EXPECT_EQ(verdict.action, Action::kStop);
  EXPECT_THAT(verdict.reason, HasSubstr("0.4 is number 2 of 2 at step 2, the best 1 goes on"));
}

TEST(AshaScheduler, LateAndRepeatedReportsChangeNoDecision) {
  for (const Halving halving : {Halving::kStop, Halving::kPromote}) {
    AshaScheduler scheduler({2, 50, 2, halving}, {});
    testing::Study study(scheduler);
    study.start(0);
    study.start(1);
    study.start(2);
    EXPECT_EQ(study.action(0, 1, 9), Action::kProceed);  // before the first rung
    study.report(0, 3, 0.5);                             // stands for step 2
    study.curves.set_state(0, TrialState::kRunning);
    EXPECT_EQ(study.action(0, 2, 99), Action::kProceed);  // late: step 2 is decided
    EXPECT_EQ(study.action(0, 3, -99), Action::kProceed);
    // 0.5, not 99 or -99, is what others are compared with.
    EXPECT_EQ(study.action(1, 2, 0.4), Action::kProceed);
    EXPECT_EQ(study.action(2, 2, 0.45), halving == Halving::kStop ? Action::kStop : Action::kPause);
  }
}

TEST(AshaScheduler, StopsWhatIsNotFiniteAndCountsIt) {
  for (const Halving halving : {Halving::kStop, Halving::kPromote}) {
    AshaScheduler scheduler({1, 9, 2, halving}, {});
    testing::Study study(scheduler);
    study.start(0);
    const Verdict verdict = study.report(0, 1, std::nan(""));
    EXPECT_EQ(verdict.action, Action::kStop);
    EXPECT_THAT(verdict.reason, HasSubstr("not a finite value at step 1"));
    study.start(1);
    EXPECT_EQ(study.action(1, 1, -std::numeric_limits<double>::infinity()), Action::kStop);
    // Two bad ones make a finite one the best of three, of which one may go on.
    study.start(2);
    EXPECT_EQ(study.action(2, 1, 1e300), Action::kProceed);
  }
}

TEST(AshaScheduler, TrialsThatFailedKeepTheirPlaceButAreNotPromoted) {
  AshaScheduler scheduler({1, 9, 2, Halving::kPromote}, {});
  testing::Study study(scheduler);
  study.start(0);
  EXPECT_EQ(study.action(0, 1, 0.1), Action::kPause);
  study.curves.set_state(0, TrialState::kFailed);
  study.start(1);
  EXPECT_EQ(study.action(1, 1, 0.2), Action::kPause);
  EXPECT_EQ(study.resume(), -1);
  study.start(2);
  study.start(3);
  EXPECT_EQ(study.action(2, 1, 0.3), Action::kPause);
  EXPECT_EQ(study.action(3, 1, 0.4), Action::kPause);
  EXPECT_EQ(study.resume(), 1);
}

TEST(AshaScheduler, TiesGoToTheLowerTrial) {
  AshaScheduler scheduler({1, 9, 2, Halving::kPromote}, {});
  testing::Study study(scheduler);
  for (const std::int64_t trial : {4, 3, 2}) {
    study.start(trial);
    study.curves.report(trial, 1, 0.5);
    study.curves.set_state(trial, TrialState::kPaused);
  }
  EXPECT_EQ(study.resume(), 2);
}

}  // namespace
}  // namespace automl::search
