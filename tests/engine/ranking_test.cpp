// SPDX-License-Identifier: Apache-2.0
#include "engine/ranking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/pareto.hpp"
#include "search/random.hpp"

namespace automl::engine {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::int64_t> numbers(const Ranking& ranking) {
  std::vector<std::int64_t> result;
  for (const Ranking::Place& place : ranking.places()) {
    result.push_back(place.number);
  }
  return result;
}

TEST(Ranking, OrdersOneObjectiveByValueAndThenByNumber) {
  Ranking ranking;
  EXPECT_TRUE(ranking.empty());
  EXPECT_FALSE(ranking.best());
  EXPECT_TRUE(ranking.add(3, {5}, 0));
  EXPECT_FALSE(ranking.add(1, {5}, 0)) << "no better";
  EXPECT_TRUE(ranking.add(4, {2}, 0));
  EXPECT_FALSE(ranking.add(5, {9}, 0));
  EXPECT_THAT(numbers(ranking), ElementsAre(4, 1, 3, 5));
  EXPECT_EQ(ranking.best(), 4);
  EXPECT_EQ(ranking.best_value(), 2);
  EXPECT_THAT(ranking.front(), IsEmpty());
}

TEST(Ranking, InfeasibleTrialsComeLastByHowMuchTheyMiss) {
  Ranking ranking;
  EXPECT_FALSE(ranking.add(0, {-100}, 0.5));
  EXPECT_FALSE(ranking.best()) << "an infeasible trial never leads";
  EXPECT_FALSE(ranking.best_value());
  EXPECT_TRUE(ranking.add(1, {7}, 0));
  EXPECT_FALSE(ranking.add(2, {3}, 0.1));
  EXPECT_FALSE(ranking.add(3, {2}, 0.1));
  EXPECT_THAT(numbers(ranking), ElementsAre(1, 3, 2, 0));
  EXPECT_EQ(ranking.best(), 1);
  EXPECT_EQ(ranking.size(), 4U);
  EXPECT_EQ(ranking.infeasible(), 3U);
}

TEST(Ranking, SeveralObjectivesFormFronts) {
  Ranking ranking;
  EXPECT_TRUE(ranking.add(0, {2, 2}, 0));
  EXPECT_TRUE(ranking.add(1, {1, 3}, 0));
  EXPECT_FALSE(ranking.add(2, {3, 3}, 0));
  EXPECT_FALSE(ranking.add(3, {4, 4}, 0));
  EXPECT_TRUE(ranking.add(4, {1, 2}, 0));  // dominates 0 and 1, which dominate 2
  EXPECT_FALSE(ranking.add(5, {0, 0}, 1));
  EXPECT_THAT(ranking.front(), ElementsAre(4));
  EXPECT_FALSE(ranking.best()) << "there is no best of several objectives";
  EXPECT_EQ(ranking.best_value(), 1);
  std::vector<std::pair<std::int64_t, std::int32_t>> places;
  for (const Ranking::Place& place : ranking.places()) {
    places.emplace_back(place.number, place.front);
  }
  using P = std::pair<std::int64_t, std::int32_t>;
  EXPECT_THAT(places, ElementsAre(P(4, 1), P(1, 2), P(0, 2), P(2, 3), P(3, 4), P(5, 0)));
}

TEST(Ranking, FrontsAreThoseOfAllTrialsAtOnce) {
  for (const std::size_t objectives : {2, 3, 4}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      search::Random random(seed, 1);
      Ranking ranking;
      std::vector<search::Point> points;
      for (std::int64_t number = 0; number < 80; ++number) {
        search::Point point(objectives);
        for (double& value : point) {
          value = static_cast<double>(random.below(8));  // equal ones are frequent
        }
        points.push_back(point);
        const bool leads = ranking.add(number, point, 0);
        const std::vector<std::size_t> expected = search::front_numbers(points);
        EXPECT_EQ(leads, expected.back() == 0);
        for (const Ranking::Place& place : ranking.places()) {
          ASSERT_EQ(place.front, expected[static_cast<std::size_t>(place.number)] + 1) << seed;
        }
      }
    }
  }
}

}  // namespace

}  // namespace automl::engine
