// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/bohb.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/registry.hpp"
#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

TEST(SelectObservations, TakesTheHighestBudgetWithEnough) {
  TrialCurves curves;
  for (std::int64_t trial = 0; trial < 6; ++trial) {
    curves.start(trial, {{0.1 * static_cast<double>(trial)}});
    curves.report(trial, 1, 10.0 + static_cast<double>(trial));
    if (trial < 4) {
      curves.report(trial, 3, 5.0 + static_cast<double>(trial));
    }
    if (trial < 2) {
      curves.report(trial, 9, static_cast<double>(trial));
    }
  }
  const std::vector<std::int64_t> budgets = {1, 3, 9};
  EXPECT_EQ(select_observations(curves, budgets, 7).budget, 0);
  EXPECT_EQ(select_observations(curves, budgets, 7).history.size(), 0u);
  EXPECT_EQ(select_observations(curves, budgets, 6).budget, 1);
  EXPECT_EQ(select_observations(curves, budgets, 2).budget, 9);
  const BudgetObservations found = select_observations(curves, budgets, 4);
  EXPECT_EQ(found.budget, 3);
  ASSERT_EQ(found.history.size(), 4u);
  EXPECT_EQ(found.history.observations()[2].trial, 2);
  EXPECT_EQ(found.history.observations()[2].value, 7);
  EXPECT_EQ(found.history.observations()[2].configuration.values[0], 0.2);
}

TEST(SelectObservations, FailuresAreToldButDoNotCount) {
  TrialCurves curves;
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    curves.start(trial, {{0.5}});
  }
  curves.report(0, 3, 1);
  curves.report(0, 3, 99);  // repeated
  curves.report(1, 4, std::nan(""));
  curves.report(1, 3, 2);  // late: the first one at or beyond step 3 was not a number
  curves.report(2, 1, 5);
  curves.set_state(2, TrialState::kFailed);
  EXPECT_EQ(select_observations(curves, {3}, 2).budget, 0);
  const BudgetObservations found = select_observations(curves, {3}, 1);
  ASSERT_EQ(found.history.size(), 3u);
  EXPECT_EQ(found.history.observations()[0].value, 1);
  EXPECT_EQ(found.history.observations()[1].status, Status::kFailed);
  EXPECT_EQ(found.history.observations()[2].status, Status::kFailed);
}

// f(x, budget) = |x - 0.7| + 1 / budget: the model, fed from one budget at a time, finds 0.7.
TEST(BohbScheduler, FeedsASampler) {
  const SearchSpace space = testing::unit_cube(1);
  BohbScheduler scheduler({1, 9, 3, Halving::kPromote}, {});
  testing::Study study(scheduler);
  const auto sampler = make_sampler("tpe", {}, space);
  double late = 0;
  for (std::int64_t number = 0; number < 100; ++number) {
    const BudgetObservations known = scheduler.observations(study.curves, 4);
    const auto one =
        sampler->suggest({known.history, {}, static_cast<std::uint64_t>(number), 1, 1});
    const double x = one.at(0).configuration.values[0];
    study.start(number, {x});
    late += number >= 50 ? std::abs(x - 0.7) / 50 : 0;
    for (std::int64_t trial = number; trial >= 0; trial = study.resume()) {
      const auto done = static_cast<std::int64_t>(study.curves.of(trial).reports.size());
      const double loss = std::abs(study.curves.of(trial).configuration().values[0] - 0.7);
      for (std::int64_t step = done + 1; step <= 9; ++step) {
        if (study.action(trial, step, loss + 1 / static_cast<double>(step)) == Action::kPause) {
          break;
        }
      }
    }
  }
  EXPECT_LT(late, 0.15);  // uniform draws: 0.29
}

}  // namespace
}  // namespace automl::search
