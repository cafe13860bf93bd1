// SPDX-License-Identifier: Apache-2.0
#include "search/pareto.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "search/random.hpp"

namespace automl::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Point> random_points(std::size_t count, std::size_t objectives, std::uint64_t seed) {
  Random random(seed);
  std::vector<Point> points(count, Point(objectives));
  for (Point& point : points) {
    for (double& value : point) {
      value = static_cast<double>(random.below(20));  // ties and duplicates among them
    }
  }
  return points;
}

// By the definition: take away front after front.
std::vector<std::size_t> fronts_by_definition(const std::vector<Point>& points) {
  std::vector<std::size_t> numbers(points.size(), points.size());
  for (std::size_t number = 0, left = points.size(); left > 0; ++number) {
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool dominated = numbers[i] < number;
      for (std::size_t j = 0; j < points.size(); ++j) {
        dominated = dominated || (numbers[j] >= number && dominates(points[j], points[i]));
      }
      if (!dominated) {
        front.push_back(i);
      }
    }
    for (const std::size_t i : front) {
      numbers[i] = number;
    }
    left -= front.size();
  }
  return numbers;
}

TEST(Pareto, FrontNumbersFollowTheDefinition) {
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const std::vector<Point> points = random_points(60, objectives, seed);
      EXPECT_EQ(front_numbers(points), fronts_by_definition(points)) << objectives << " " << seed;
    }
  }
  EXPECT_TRUE(front_numbers({}).empty());
}

TEST(Pareto, ARunningFrontIsTheFirstFront) {
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    std::vector<Point> points = random_points(60, objectives, 11);
    RunningFront front;
    std::vector<Point> added;
    for (const Point& point : points) {
      front.add(point);
      added.push_back(point);
      const std::vector<std::size_t> numbers = front_numbers(added);
      std::vector<Point> expected;
      for (std::size_t i = 0; i < added.size(); ++i) {
        if (numbers[i] == 0) {
          expected.push_back(added[i]);
        }
      }
      ASSERT_EQ(front.points(), expected) << objectives;
    }
  }
}

TEST(Pareto, CrowdingDistancesByHand) {
  const std::vector<Point> points = {{0, 4}, {1, 2}, {3, 1}, {4, 0}};
  const std::vector<double> distances = crowding_distances(points, {0, 1, 2, 3});
  EXPECT_EQ(distances[0], kInfinity);
  EXPECT_DOUBLE_EQ(distances[1], 3.0 / 4 + 3.0 / 4);
  EXPECT_DOUBLE_EQ(distances[2], 3.0 / 4 + 2.0 / 4);
  EXPECT_EQ(distances[3], kInfinity);
}

TEST(Pareto, OrderPutsFrontsAndLonelyPointsFirst) {
  const std::vector<Point> points = {{5, 5}, {1, 2}, {0, 4}, {4, 0}, {3, 1}};
  EXPECT_EQ(pareto_order(points), (std::vector<std::size_t>{2, 3, 1, 4, 0}));
}

TEST(Pareto, HypervolumeByHand) {
  EXPECT_DOUBLE_EQ(hypervolume({{1}}, {3}), 2);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 2}, {2, 1}}, {3, 3}), 3);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 2}, {1, 2}, {2, 2}}, {3, 3}), 2);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 1, 1}, {0, 2, 2}}, {3, 3, 3}), 8 + 3 - 2);
  EXPECT_DOUBLE_EQ(hypervolume({{3, 0}, {0, 4}}, {3, 3}), 0);
  EXPECT_DOUBLE_EQ(hypervolume({}, {3, 3}), 0);
}

TEST(Pareto, HypervolumeAgreesWithCounting) {
  for (const std::size_t objectives : {2, 3, 4}) {
    const std::vector<Point> points = random_points(15, objectives, 3);
    const Point reference(objectives, 20);
    // Unit cells whose lower corner some point is not above.
    double count = 0;
    Point cell(objectives, 0);
    for (std::size_t k = 0; k < objectives;) {
      bool covered = false;
      for (const Point& point : points) {
        bool below = true;
        for (std::size_t i = 0; i < objectives; ++i) {
          below = below && point[i] <= cell[i];
        }
        covered = covered || below;
      }
      count += covered ? 1 : 0;
      for (k = 0; k < objectives && ++cell[k] == 20; ++k) {
        cell[k] = 0;
      }
    }
    EXPECT_DOUBLE_EQ(hypervolume(points, reference), count) << objectives;
  }
}

}  // namespace
}  // namespace automl::search
