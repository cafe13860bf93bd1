// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/extrapolation.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "search/random.hpp"

namespace automl::search {
namespace {

Trajectory curve(std::int64_t points, const std::function<double(double)>& value) {
  Trajectory trajectory;
  for (std::int64_t step = 1; step <= points; ++step) {
    trajectory.add(step, value(static_cast<double>(step)));
  }
  return trajectory;
}

TEST(Extrapolation, FindsTheEndOfCurvesOfItsShapes) {
  const std::function<double(double)> shapes[] = {
      [](double) { return 0.7; },
      [](double x) { return 0.2 + std::pow(x, -0.5); },
      [](double x) { return 0.2 + 3 * std::exp(-x / 12); },
      [](double x) { return 5 - std::log(x + 1); },
      [](double x) { return -2 + 1 / std::log(x + 1); }};
  for (const auto& shape : shapes) {
    const Extrapolation future(curve(30, shape), 100);
    const double range = std::abs(shape(1) - shape(100)) + 0.1;
    EXPECT_NEAR(future.most_probable(), shape(100), 0.1 * range);
    EXPECT_GT(future.probability_below(shape(100) + 0.3 * range), 0.9);
    EXPECT_LT(future.probability_below(shape(100) - 0.3 * range), 0.1);
  }
}

TEST(Extrapolation, IsLessSureTheLessItHasSeen) {
  const auto shape = [](double x) { return 0.2 + std::pow(x, -0.5); };
  double last = 1;
  for (const std::int64_t points : {5, 20, 80}) {
    const double probability = Extrapolation(curve(points, shape), 100).probability_below(0.15);
    EXPECT_LT(probability, last);
    last = probability;
  }
  EXPECT_LT(last, 0.01);
}

TEST(Extrapolation, IsMonotoneAndWithinZeroAndOne) {
  Random random(4);
  for (int round = 0; round < 50; ++round) {
    const Extrapolation future(curve(12, [&](double) { return random.normal(); }), 40);
    double last = 0;
    for (double limit = -20; limit <= 20; limit += 0.5) {
      const double probability = future.probability_below(limit);
      ASSERT_GE(probability, last);
      ASSERT_LE(probability, 1);
      last = probability;
    }
  }
}

TEST(Extrapolation, ScaleAndOriginDoNotMatter) {
  const auto shape = [](double x) { return 0.2 + std::pow(x, -0.7) + 0.01 * std::sin(9 * x); };
  const double probability = Extrapolation(curve(20, shape), 100).probability_below(0.22);
  for (const double factor : {1e-250, 1e-3, 1e9, 1e250}) {
    const auto scaled = [&](double x) { return factor * shape(x); };
    EXPECT_NEAR(
        Extrapolation(curve(20, scaled), 100).probability_below(factor * 0.22), probability, 1e-6);
  }
}

TEST(Extrapolation, SurvivesStrangeCurves) {
  const double values[] = {1e308, -1e308, 0, 5e-324, std::nan(""), 1, 1, 1};
  for (std::size_t from = 0; from < 8; ++from) {
    Trajectory trajectory;
    trajectory.add(-5, 1);
    for (std::size_t i = 0; i < 8; ++i) {
      trajectory.add(static_cast<std::int64_t>(i) << 40, values[(from + i) % 8]);
    }
    const Extrapolation future(trajectory, std::int64_t{1} << 50);
    for (const double limit : {-1e308, 0.0, 1.0, 1e308}) {
      const double probability = future.probability_below(limit);
      EXPECT_GE(probability, 0);
      EXPECT_LE(probability, 1);
    }
  }
}

TEST(Extrapolation, ReadsLongCurvesInBins) {
  Random random(9);
  const auto shape = [](double x) { return 0.2 + std::pow(x, -0.5); };
  const auto noisy = [&](double x) { return shape(x) + 0.01 * random.normal(); };
  const Extrapolation future(curve(20'000, noisy), 40'000);
  EXPECT_NEAR(future.most_probable(), shape(40'000), 0.01);
}

}  // namespace
}  // namespace automl::search
