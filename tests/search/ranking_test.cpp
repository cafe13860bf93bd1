// SPDX-License-Identifier: Apache-2.0
#include "search/ranking.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

Observation seen(std::int64_t trial, Status status, double value) {
  Observation one;
  one.trial = trial;
  one.status = status;
  one.value = value;
  return one;
}

std::vector<std::int64_t> order_of(const std::vector<Observation>& observations) {
  std::vector<const Observation*> pointers;
  for (const Observation& one : observations) {
    pointers.push_back(&one);
  }
  std::vector<std::int64_t> trials;
  for (const std::size_t place : best_first(pointers)) {
    trials.push_back(observations[place].trial);
  }
  return trials;
}

TEST(Ranking, CompleteThenPrunedThenFailed) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(order_of({seen(0, Status::kFailed, -9),
                      seen(1, Status::kPruned, 1),
                      seen(2, Status::kComplete, 5),
                      seen(3, Status::kComplete, kNan),
                      seen(4, Status::kComplete, 5),
                      seen(5, Status::kPruned, 0)}),
            (std::vector<std::int64_t>{2, 4, 5, 1, 0, 3}));
}

TEST(Ranking, WhatMissesItsConstraintsComesAfterWhatMeetsThem) {
  Observation good = seen(0, Status::kComplete, 9);
  good.constraints = {0, -1};
  Observation slightly = seen(1, Status::kComplete, 1);
  slightly.constraints = {0.5, -100};
  Observation badly = seen(2, Status::kComplete, 0);
  badly.constraints = {0.4, 0.2};
  Observation unknown = seen(3, Status::kComplete, 0);
  unknown.constraints = {std::numeric_limits<double>::quiet_NaN(), 0};
  EXPECT_EQ(order_of({unknown, badly, slightly, good}), (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(Ranking, SeveralObjectivesRankByFront) {
  std::vector<Observation> all;
  const double points[][2] = {{5, 5}, {1, 2}, {0, 4}, {4, 0}, {3, 1}};
  for (const auto& point : points) {
    all.push_back(seen(static_cast<std::int64_t>(all.size()), Status::kComplete, point[0]));
    all.back().further = {point[1]};
  }
  all.push_back(seen(9, Status::kFailed, 0));
  EXPECT_EQ(order_of(all), (std::vector<std::int64_t>{2, 3, 1, 4, 0, 9}));
}

}  // namespace
}  // namespace automl::search
