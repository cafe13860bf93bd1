// SPDX-License-Identifier: Apache-2.0
#include "search/gp/scalarisation.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search::gp {
namespace {

const SearchSpace& space() {
  static const SearchSpace one = search::testing::unit_cube(1);
  return one;
}

// One trial for each outcome; an empty one failed.
ObservationTable table_of(const std::vector<std::vector<double>>& outcomes) {
  std::vector<Observation> all;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Configuration at{{static_cast<double>(i) / 100}};
    const auto trial = static_cast<std::int64_t>(i);
    if (outcomes[i].empty()) {
      all.push_back({trial, at, Status::kFailed, NAN});
      continue;
    }
    all.push_back({trial, at, Status::kComplete, outcomes[i].front()});
    all.back().further.assign(outcomes[i].begin() + 1, outcomes[i].end());
  }
  ObservationTable table(space());
  table.read(all);
  return table;
}

TEST(RandomWeights, AreUniformOnTheSimplex) {
  Random random(3);
  std::vector<double> sums(3, 0);
  int small = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<double> weights = random_weights(3, random);
    EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-12);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_GE(weights[k], 0);
      sums[k] += weights[k] / 10'000;
    }
    small += weights[0] < 0.1 ? 1 : 0;
  }
  for (const double sum : sums) {
    EXPECT_NEAR(sum, 1.0 / 3, 0.01);
  }
  EXPECT_NEAR(small / 10'000.0, 1 - 0.9 * 0.9, 0.015);  // the share of the triangle below 0.1
}

TEST(ChebyshevValues, MeasureByTheExtentOfTheFront) {
  // The front is all but the last: from 0 to 4, 0 to 10 and 1 to 3.
  const ObservationTable table = table_of({{0, 10, 3}, {4, 0, 3}, {2, 5, 1}, {}, {6, 15, 4}});
  const std::vector<double> values = chebyshev_values(table, {0.5, 0.3, 0.2});
  ASSERT_EQ(values.size(), 5U);
  EXPECT_NEAR(values[0], 0.3 + 0.05 * 0.5, 1e-12);
  EXPECT_NEAR(values[1], 0.5 + 0.05 * 0.7, 1e-12);
  EXPECT_NEAR(values[2], 0.25 + 0.05 * 0.4, 1e-12);
  EXPECT_EQ(values[3], 0);  // failed
  EXPECT_NEAR(values[4], 0.75 + 0.05 * (0.75 + 0.45 + 0.3), 1e-12);
}

TEST(ChebyshevValues, TakeAnObjectiveThatIsTheSameOnTheFrontByAllTrials) {
  const ObservationTable table = table_of({{0, 1, 7}, {1, 0, 7}, {2, 2, 9}});
  const std::vector<double> values = chebyshev_values(table, {0, 0, 1});
  EXPECT_NEAR(values[0], 0, 1e-12);
  EXPECT_NEAR(values[2], 1.05, 1e-12);
  const std::vector<double> none = chebyshev_values(table_of({{1, 1}, {1, 1}}), {0.5, 0.5});
  EXPECT_EQ(none, (std::vector<double>{0, 0}));
}

TEST(ChebyshevValues, AreFiniteForAnyFiniteOutcome) {
  const ObservationTable table = table_of(
      {{-1.7e308, 1e-300, 0}, {1.7e308, -1e-300, 0}, {0, 0, 1e-308}, {1.7e308, 1.7e308, 1.7e308}});
  for (const double value : chebyshev_values(table, {0.2, 0.3, 0.5})) {
    EXPECT_TRUE(std::isfinite(value)) << value;
  }
}

}  // namespace
}  // namespace automl::search::gp
