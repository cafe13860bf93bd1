// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/sobol.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "search/random.hpp"
#include "search/samplers/sobol_directions.hpp"
#include "search/samplers/sobol_sequence.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using Points = std::vector<std::vector<double>>;

// Warnock's formula for the squared L2 star discrepancy of the projection on two coordinates.
double discrepancy(const Points& points, std::size_t a, std::size_t b) {
  const auto n = static_cast<double>(points.size());
  double single = 0;
  double pairs = 0;
  for (const auto& x : points) {
    single += (1 - x[a] * x[a]) * (1 - x[b] * x[b]) / 4;
    for (const auto& y : points) {
      pairs += (1 - std::max(x[a], y[a])) * (1 - std::max(x[b], y[b]));
    }
  }
  return 1.0 / 9 - 2 / n * single + pairs / (n * n);
}

TEST(SobolSequence, PairsOfCoordinatesAreMoreEvenThanRandomOnes) {
  double sobol = 0;
  double uniform = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const SobolSequence sequence(60, seed);
    Random random(seed);
    Points a;
    Points b;
    for (std::uint64_t i = 1; i <= 128; ++i) {
      a.push_back(sequence.point(i));
      b.emplace_back();
      for (std::size_t k = 0; k < 60; ++k) {
        b.back().push_back(random.uniform());
      }
    }
    for (std::size_t k = 0; k < 60; k += 3) {
      sobol += discrepancy(a, k, (k + 7) % 60);
      uniform += discrepancy(b, k, (k + 7) % 60);
    }
  }
  EXPECT_LT(sobol, 0.3 * uniform);
}

// The property that scrambling must keep: 2^m points, one in each of 2^m equal intervals.
TEST(SobolSequence, EveryCoordinateOfEveryDimensionIsStratified) {
  for (const std::uint64_t seed : {0, 1, 77}) {
    const SobolSequence sequence(100, seed);
    std::vector<std::set<int>> cells(100);
    for (std::uint64_t i = 0; i < 256; ++i) {
      const std::vector<double> point = sequence.point(i);
      for (std::size_t k = 0; k < point.size(); ++k) {
        ASSERT_GT(point[k], 0);
        ASSERT_LT(point[k], 1);
        cells[k].insert(static_cast<int>(point[k] * 256));
      }
    }
    for (const std::set<int>& hit : cells) {
      EXPECT_EQ(hit.size(), 256u);
    }
  }
}

// Dimensions 1 and 2 are a (0, m, 2)-net: one point in each box of area 2^-m, whatever its shape.
TEST(SobolSequence, FirstTwoDimensionsFormANet) {
  const SobolSequence sequence(2, 5);
  for (int bits = 0; bits <= 6; ++bits) {
    std::set<std::pair<int, int>> boxes;
    for (std::uint64_t i = 0; i < 64; ++i) {
      const std::vector<double> point = sequence.point(i);
      boxes.insert({static_cast<int>(point[0] * (1 << bits)),
                    static_cast<int>(point[1] * (1 << (6 - bits)))});
    }
    EXPECT_EQ(boxes.size(), 64u) << bits;
  }
}

TEST(SobolDirections, AreOddAndBelowTheirPowerOfTwo) {
  for (const SobolDirection& direction : kSobolDirections) {
    for (std::size_t k = 0; k < direction.initial.size() && direction.initial[k] != 0; ++k) {
      EXPECT_EQ(direction.initial[k] % 2, 1u);
      EXPECT_LT(direction.initial[k], 2u << k);
    }
  }
}

TEST(SobolSequence, SeedsDiffer) {
  EXPECT_NE(SobolSequence(3, 1).point(5), SobolSequence(3, 2).point(5));
  EXPECT_EQ(SobolSequence(3, 1).point(5), SobolSequence(3, 1).point(5));
}

TEST(SobolSampler, MovesForbiddenPointsAndSaysSo) {
  const SearchSpace space({testing::real("x", 0, 1), testing::real("y", 0, 1)},
                          {{{{0, Relation::kLess, {0.9}}}}});
  SobolSampler sampler(space);
  const History history;
  const std::vector<Configuration> pending;
  int moved = 0;
  for (const Suggestion& one : sampler.suggest({history, pending, 0, 3, 20})) {
    EXPECT_TRUE(space.valid(one.configuration));
    moved += one.reason.find("forbidden") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(moved, 10);
  EXPECT_LT(moved, 20);
}

}  // namespace
}  // namespace automl::search
