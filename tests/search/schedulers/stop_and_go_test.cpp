// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/stop_and_go.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/random.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Trials 0 … n-1, the lower the better, with four reports each.
TrialCurves graded(std::int64_t n) {
  TrialCurves curves;
  for (std::int64_t trial = 0; trial < n; ++trial) {
    curves.start(trial, {{0.5}});
    for (std::int64_t step = 1; step <= 4; ++step) {
      curves.report(trial, step, static_cast<double>(trial) + 1.0 / static_cast<double>(step));
    }
  }
  return curves;
}

std::vector<std::int64_t> trials(const std::vector<Move>& moves) {
  std::vector<std::int64_t> numbers;
  for (const Move& move : moves) {
    EXPECT_FALSE(move.reason.empty());
    numbers.push_back(move.trial);
  }
  return numbers;
}

TEST(StopAndGo, PausesTheLeastPromisingFirst) {
  const TrialCurves curves = graded(6);
  StopAndGo decide({2, 6, 0.5});
  const Pools pools{{3, 0, 5, 1, 4, 2}, {}, {}, 0};
  EXPECT_THAT(trials(decide.balance(curves, pools, {0, 2}).pause), ElementsAre(5, 4));
  EXPECT_THAT(trials(decide.balance(curves, pools, {0, 1}).pause), ElementsAre(5));
  // Its own share it keeps, and while others wait it takes nothing.
  const Moves most = decide.balance(curves, pools, {3, 100});
  EXPECT_THAT(trials(most.pause), ElementsAre(5, 4, 3, 2));
  EXPECT_THAT(most.revive, IsEmpty());
}

TEST(StopAndGo, RevivesTheMostPromisingPreemptedOnesBeforeStoppedOnes) {
  const TrialCurves curves = graded(6);
  StopAndGo decide({1, 5, 0.5});
  const Pools pools{{0}, {5, 3}, {2, 1, 4}, 7};
  EXPECT_THAT(trials(decide.balance(curves, pools, {3, 0}).revive), ElementsAre(3, 5, 1));
  EXPECT_THAT(trials(decide.balance(curves, pools, {9, 0}).revive), ElementsAre(3, 5, 1, 2));
  EXPECT_THAT(decide.balance(curves, pools, {0, 0}).revive, IsEmpty());
  EXPECT_THAT(decide.balance(curves, {{0, 1, 2, 3, 4}, {5}, {}, 0}, {9, 0}).revive, IsEmpty());
}

TEST(StopAndGo, ComparesCurvesAtTheSameStep) {
  TrialCurves curves;
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    curves.start(trial, {{0.5}});
  }
  for (std::int64_t step = 1; step <= 8; ++step) {
    curves.report(0, step, 10.0 / static_cast<double>(step));
    curves.report(1, step, 12.0 / static_cast<double>(step));
  }
  curves.report(2, 1, 9);  // better at step 1 than both others were, if worse than they are now
  curves.report(3, 1, std::nan(""));
  StopAndGo decide({1, 9, 0.5});
  const Pools pools{{}, {}, {0, 1, 2, 3}, 0};
  // At step 8 half of two were better than trial 1; trial 2 was the best of four at step 1.
  EXPECT_THAT(trials(decide.balance(curves, pools, {4, 0}).revive), ElementsAre(0, 2, 1, 3));
}

TEST(StopAndGo, TrialsWithoutReportsAreMiddling) {
  TrialCurves curves = graded(3);
  curves.start(9, {{0.5}});
  StopAndGo decide({1, 9, 0.5});
  const Pools pools{{0, 1, 2, 9}, {}, {}, 0};
  // 0, 1/3 and 2/3 of trials were better than 0, 1 and 2.
  EXPECT_THAT(trials(decide.balance(curves, pools, {0, 3}).pause), ElementsAre(2, 9, 1));
}

TEST(StopAndGo, WhatHasSavedNothingIsPausedAndRevivedLast) {
  const TrialCurves curves = graded(6);
  StopAndGo decide({1, 6, 0.5});
  Pools pools{{0, 1, 2, 3}, {}, {}, 0};
  pools.unsaved = {2, 3};
  const Moves pauses = decide.balance(curves, pools, {0, 3});
  EXPECT_THAT(trials(pauses.pause), ElementsAre(1, 0, 3));
  EXPECT_THAT(pauses.pause.back().reason, ::testing::HasSubstr("starts from zero"));
  pools = {{}, {0, 4, 5}, {}, 0};
  pools.unsaved = {0};
  EXPECT_THAT(trials(decide.balance(curves, pools, {3, 0}).revive), ElementsAre(4, 5, 0));
}

// The definition, trial by trial: the share of all that were better at the highest power of two of
// steps that a trial reached, then the longer curve, then the lower number.
using Key = std::tuple<bool, double, std::int64_t, std::int64_t>;
Key defined(const std::vector<std::vector<double>>& values, std::size_t trial, bool unsaved) {
  std::size_t reached = 0;
  while ((std::size_t{1} << reached) <= values[trial].size()) {
    ++reached;
  }
  if (reached == 0) {
    return {unsaved, 0.5, 0, static_cast<std::int64_t>(trial)};
  }
  const std::size_t at = (std::size_t{1} << (reached - 1)) - 1;
  double all = 0;
  double better = 0;
  for (std::size_t other = 0; other < values.size(); ++other) {
    if (values[other].size() > at) {
      ++all;
      const bool tie = values[other][at] == values[trial][at];
      better += values[other][at] < values[trial][at] || (tie && other < trial) ? 1 : 0;
    }
  }
  const double share = std::isfinite(values[trial][at]) ? better / all : 1;
  return {unsaved, share, -static_cast<std::int64_t>(reached), static_cast<std::int64_t>(trial)};
}

TEST(StopAndGo, OrdersTrialsByTheDefinition) {
  Random random(11);
  for (int round = 0; round < 50; ++round) {
    TrialCurves curves;
    std::vector<std::vector<double>> values(30);
    Pools pools;
    std::vector<Key> wanted;
    for (std::size_t trial = 0; trial < values.size(); ++trial) {
      curves.start(static_cast<std::int64_t>(trial), {{0.5}});
      values[trial].resize(random.below(9));
      for (double& value : values[trial]) {
        value = random.below(8) == 0 ? Trajectory::kNone : static_cast<double>(random.below(5));
      }
      if (random.below(3) == 0) {
        pools.unsaved.insert(static_cast<std::int64_t>(trial));
      }
    }
    for (std::size_t trial = 0; trial < values.size(); ++trial) {
      const auto number = static_cast<std::int64_t>(trial);
      for (std::size_t step = 0; step < values[trial].size(); ++step) {
        curves.report(number, static_cast<std::int64_t>(step) + 1, values[trial][step]);
      }
      pools.stopped.push_back(number);
      wanted.push_back(defined(values, trial, pools.unsaved.contains(number)));
    }
    std::sort(wanted.begin(), wanted.end());
    StopAndGo decide({1, 99, 0.5});
    for (const int idle : {1, 7, 30}) {
      std::vector<std::int64_t> expected;
      for (int k = 0; k < idle; ++k) {
        expected.push_back(std::get<3>(wanted[static_cast<std::size_t>(k)]));
      }
      EXPECT_EQ(trials(decide.balance(curves, pools, {idle, 0}).revive), expected);
    }
  }
}

TEST(StopAndGo, KeepsTheMostPromisingPartOfWhatIsStopped) {
  const TrialCurves curves = graded(8);
  StopAndGo decide({1, 4, 0.5});
  Pools pools;
  std::vector<std::int64_t> died;
  for (const std::int64_t trial : {4, 6, 2, 7, 0, 5}) {
    const Burial burial = decide.bury(curves, pools, trial);
    EXPECT_FALSE(burial.reason.empty());
    if (!burial.may_be_revived) {
      died.push_back(trial);
      ++pools.dead;
      continue;
    }
    if (burial.instead_of) {
      died.push_back(*burial.instead_of);
      ++pools.dead;
      std::erase(pools.stopped, *burial.instead_of);
    }
    pools.stopped.push_back(trial);
    const auto all = static_cast<double>(pools.dead) + static_cast<double>(pools.stopped.size());
    EXPECT_LE(static_cast<double>(pools.stopped.size()), std::ceil(0.5 * all));
  }
  // 4 stays; 6 is worse; of three, two may stay: 2; 7 is worse; of five, three: 0; 5 is worse.
  EXPECT_THAT(pools.stopped, ElementsAre(4, 2, 0));
  EXPECT_THAT(died, ElementsAre(6, 7, 5));
}

TEST(StopAndGo, AMorePromisingTrialTakesThePlaceOfAnother) {
  const TrialCurves curves = graded(4);
  StopAndGo decide({1, 4, 0.25});
  const Burial burial = decide.bury(curves, {{}, {}, {3}, 2}, 0);
  EXPECT_TRUE(burial.may_be_revived);
  EXPECT_EQ(burial.instead_of, 3);
}

TEST(StopAndGo, TheRatioMayBeAllOrNothing) {
  const TrialCurves curves = graded(3);
  StopAndGo none({1, 4, 0});
  EXPECT_FALSE(none.bury(curves, {}, 0).may_be_revived);
  StopAndGo all({1, 4, 1});
  EXPECT_TRUE(all.bury(curves, {{}, {}, {0, 1}, 0}, 2).may_be_revived);
}

}  // namespace
}  // namespace automl::search
