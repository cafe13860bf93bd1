// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/hyperband.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Algorithm 1 with R = 81 and eta = 3: five brackets of 81, 34, 15, 8 and 5 configurations.
TEST(HyperbandBrackets, FollowTheFormulas) {
  const std::vector<Bracket> brackets = hyperband_brackets({1, 81, 3});
  ASSERT_EQ(brackets.size(), 5u);
  EXPECT_EQ(brackets[0].trials, 81);
  EXPECT_EQ(brackets[1].trials, 34);
  EXPECT_EQ(brackets[2].trials, 15);
  EXPECT_EQ(brackets[3].trials, 8);
  EXPECT_EQ(brackets[4].trials, 5);
  EXPECT_THAT(brackets[0].rungs, ElementsAre(1, 3, 9, 27));
  EXPECT_THAT(brackets[1].rungs, ElementsAre(3, 9, 27));
  EXPECT_THAT(brackets[3].rungs, ElementsAre(27));
  EXPECT_TRUE(brackets[4].rungs.empty());
  EXPECT_THAT(hyperband_budgets({1, 81, 3}), ElementsAre(1, 3, 9, 27, 81));
}

TEST(HyperbandBrackets, HandleEndsThatAreNoPower) {
  const std::vector<Bracket> brackets = hyperband_brackets({1, 50, 3});
  ASSERT_EQ(brackets.size(), 4u);
  EXPECT_THAT(brackets[0].rungs, ElementsAre(1, 3, 9, 27));
  EXPECT_THAT(brackets[3].rungs, ElementsAre(27));
  EXPECT_EQ(hyperband_brackets({3, 4, 3}).size(), 1u);
  for (const std::int64_t max : {1000, 1024, 6561, 999'999}) {
    for (const double eta : {1.5, 2.0, 3.0, 10.0}) {
      for (const Bracket& bracket : hyperband_brackets({1, max, eta})) {
        EXPECT_GE(bracket.trials, 1);
        for (std::size_t i = 0; i < bracket.rungs.size(); ++i) {
          EXPECT_GE(bracket.rungs[i], i > 0 ? bracket.rungs[i - 1] + 1 : 1);
          EXPECT_LT(bracket.rungs[i], max);
        }
      }
    }
  }
}

TEST(HyperbandBrackets, FillUpByTrialNumber) {
  const std::vector<Bracket> brackets = hyperband_brackets({1, 9, 3});  // 9, 5 and 3 trials
  std::map<std::size_t, int> counts;
  for (std::int64_t trial = 0; trial < 2 * 17; ++trial) {
    ++counts[bracket_of(brackets, trial)];
  }
  EXPECT_EQ(counts[0], 18);
  EXPECT_EQ(counts[1], 10);
  EXPECT_EQ(counts[2], 6);
  EXPECT_EQ(bracket_of(brackets, 8), 0u);
  EXPECT_EQ(bracket_of(brackets, 9), 1u);
  EXPECT_EQ(bracket_of(brackets, 16), 2u);
  EXPECT_EQ(bracket_of(brackets, 17), 0u);
  EXPECT_EQ(bracket_of(brackets, -1), 2u);
}

TEST(HyperbandScheduler, HalvesEachBracketByItself) {
  HyperbandOptions options{1, 9, 3, Halving::kPromote};
  HyperbandScheduler scheduler(options, {});
  testing::Study study(scheduler);
  for (std::int64_t trial = 0; trial < 17; ++trial) {
    study.start(trial);
  }
  // The second bracket judges at step 3 only, the third one never.
  EXPECT_EQ(study.action(9, 1, 100), Action::kProceed);
  EXPECT_EQ(study.action(14, 1, 100), Action::kProceed);
  EXPECT_EQ(study.action(14, 8, 100), Action::kProceed);
  // Bad values of the first bracket do not make trial 9 look good.
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    EXPECT_EQ(study.action(trial, 1, 200.0 - static_cast<double>(trial)),
              trial < 2 ? Action::kPause : Action::kProceed);
  }
  const Verdict verdict = study.report(9, 3, 50);
  EXPECT_EQ(verdict.action, Action::kPause);
  EXPECT_THAT(verdict.reason, HasSubstr("number 1 of 1 at step 3 of bracket 1, too few"));
  study.report(10, 3, 60);
  study.report(11, 3, 70);
  EXPECT_EQ(study.resume(), 9);
  EXPECT_EQ(study.resume(), -1);
}

TEST(HyperbandScheduler, CanStopInsteadOfPausing) {
  HyperbandScheduler scheduler({1, 9, 3, Halving::kStop}, {});
  testing::Study study(scheduler);
  study.start(0);
  study.start(1);
  EXPECT_EQ(study.action(0, 1, 1), Action::kProceed);
  EXPECT_EQ(study.action(1, 1, 2), Action::kStop);
}

}  // namespace
}  // namespace automl::search
