// SPDX-License-Identifier: Apache-2.0
#include "search/gp/joint_model.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "search/pareto.hpp"
#include "search/samplers/gp.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

// Minimise x + y where x y >= 0.25: the optimum is 1 at (0.5, 0.5).
Observation constrained(std::int64_t trial, const Configuration& at) {
  Observation one{trial, at, Status::kComplete, at.values[0] + at.values[1]};
  one.constraints = {0.25 - at.values[0] * at.values[1]};
  return one;
}

// The squared distances from two points: the front is the line between them.
Observation two_aims(std::int64_t trial, const Configuration& at) {
  const double x = at.values[0];
  const double y = at.values[1];
  Observation one{trial, at, Status::kComplete, x * x + (y - 0.5) * (y - 0.5)};
  one.further = {(x - 1) * (x - 1) + (y - 0.5) * (y - 0.5)};
  return one;
}

// ZDT2 (Zitzler, Deb and Thiele, "Comparison of multiobjective evolutionary algorithms",
// Evolutionary Computation 8, 2000): its front bulges towards the worse.
Observation bulging(std::int64_t trial, const Configuration& at) {
  double rest = 0;
  for (std::size_t i = 1; i < at.values.size(); ++i) {
    rest += at.values[i] / static_cast<double>(at.values.size() - 1);
  }
  const double g = 1 + 9 * rest;
  const double share = at.values[0] / g;
  Observation one{trial, at, Status::kComplete, at.values[0]};
  one.further = {g * (1 - share * share)};
  return one;
}

// A cost from 1 to 1,000, and what is lost by saving.
Observation costly(std::int64_t trial, const Configuration& at) {
  double off = 0;
  for (std::size_t i = 1; i < at.values.size(); ++i) {
    off += (at.values[i] - 0.3) * (at.values[i] - 0.3);
  }
  Observation one{trial, at, Status::kComplete, std::pow(10, 3 * at.values[0]) * (1 + off)};
  one.further = {(1 - at.values[0]) * (1 - at.values[0]) + 2 * off};
  return one;
}

template <typename Evaluate>
History run(GpSampler& sampler, int trials, Evaluate evaluate, std::uint64_t seed = 7) {
  History history;
  for (int i = 0; i < trials; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    const std::vector<Suggestion> one = sampler.suggest({history, {}, index, seed, 1});
    history.add(evaluate(i, one.at(0).configuration));
  }
  return history;
}

std::vector<Point> points_of(const History& history) {
  std::vector<Point> points;
  for (const Observation& one : history.observations()) {
    points.push_back({one.value});
    points.back().insert(points.back().end(), one.further.begin(), one.further.end());
  }
  return points;
}

TEST(JointModel, FindsTheBestThatMeetsTheConstraints) {
  const SearchSpace space = search::testing::unit_cube(2);
  GpSampler sampler(space, {});
  const History history = run(sampler, 30, constrained);
  double best = HUGE_VAL;
  for (const Observation& one : history.observations()) {
    best = one.feasible() ? std::min(best, one.value) : best;
  }
  EXPECT_LT(best, 1.02);
}

TEST(JointModel, LooksForLessViolationWhileNothingIsFeasible) {
  const SearchSpace space = search::testing::unit_cube(4);
  GpSampler sampler(space, {});
  // Met in a corner of one in 10,000 parts only.
  const History history = run(sampler, 40, [](std::int64_t trial, const Configuration& at) {
    Observation one{trial, at, Status::kComplete, at.values[0]};
    for (const double value : at.values) {
      one.constraints.push_back(0.9 - value);
    }
    return one;
  });
  bool met = false;
  for (const Observation& one : history.observations()) {
    met = met || one.feasible();
  }
  EXPECT_TRUE(met);
  const std::vector<Suggestion> next = sampler.suggest({history, {}, 40, 7, 1});
  EXPECT_NE(next.at(0).reason.find("constraints met with probability"), std::string::npos);
}

// g06 of Michalewicz and Schoenauer, "Evolutionary algorithms for constrained parameter
// optimization problems", Evolutionary Computation 4, 1996: what lies between two circles, 0.007 %
// of the square.
Observation between_circles(std::int64_t trial, const Configuration& at) {
  const double x = 13 + 87 * at.values[0];
  const double y = 100 * at.values[1];
  Observation one{trial, at, Status::kComplete, std::pow(x - 10, 3) + std::pow(y - 20, 3)};
  one.constraints = {100 - (x - 5) * (x - 5) - (y - 5) * (y - 5),
                     (x - 6) * (x - 6) + (y - 5) * (y - 5) - 82.81};
  return one;
}

TEST(JointModel, FindsASliverThatMeetsTheConstraints) {
  const SearchSpace space = search::testing::unit_cube(2);
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    GpSampler sampler(space, {});
    const History history = run(sampler, 30, between_circles, seed);
    const auto feasible = [](const Observation& one) { return one.feasible(); };
    found += std::ranges::any_of(history.observations(), feasible) ? 1 : 0;
  }
  EXPECT_GE(found, 6);
}

TEST(JointModel, SpreadsOverTheFront) {
  const SearchSpace space = search::testing::unit_cube(2);
  GpSampler sampler(space, {});
  const History history = run(sampler, 30, two_aims);
  // All that can be dominated below (1, 1): the integral of 1 - (1 - sqrt a)^2 is 5/6.
  EXPECT_GT(hypervolume(points_of(history), {1, 1}), 0.97 * 5 / 6);
}

// Most trials soon have the best value of one objective, at one end of the front; that must not
// make all others of it look alike.
TEST(JointModel, DoesNotStayAtOneEndOfTheFront) {
  const SearchSpace space = search::testing::unit_cube(6);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    GpSampler sampler(space, {});
    const History history = run(sampler, 30, bulging, seed);
    EXPECT_GT(hypervolume(points_of(history), {1.1, 1.1}), 0.47)
        << seed;  // of 0.543; its ends alone: 0.21
  }
}

TEST(JointModel, CoversAFrontOverPowersOfTen) {
  const SearchSpace space = search::testing::unit_cube(4);
  double volume = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    GpSampler sampler(space, {});
    const History history = run(sampler, 40, costly, seed);
    std::vector<Point> points = points_of(history);
    for (Point& point : points) {
      point[0] = std::log10(point[0]) / 3;
    }
    volume += hypervolume(points, {1.1, 1.1}) / 4;
  }
  EXPECT_GT(volume, 0.83);  // of 0.88
}

// DTLZ7 (Deb, Thiele, Laumanns and Zitzler, "Scalable multi-objective optimization test problems",
// CEC 2002) with three objectives: a front in four parts.
Observation in_parts(std::int64_t trial, const Configuration& at) {
  double rest = 0;
  for (std::size_t i = 2; i < at.values.size(); ++i) {
    rest += at.values[i] / static_cast<double>(at.values.size() - 2);
  }
  const double g = 1 + 9 * rest;
  double h = 3;
  for (std::size_t k = 0; k < 2; ++k) {
    h -= at.values[k] / (1 + g) * (1 + std::sin(3 * M_PI * at.values[k]));
  }
  Observation one{trial, at, Status::kComplete, at.values[0]};
  one.further = {at.values[1], (1 + g) * h};
  return one;
}

TEST(JointModel, GoesByWeightsFromThreeObjectivesOn) {
  const SearchSpace space = search::testing::unit_cube(6);
  double volume = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    GpSampler sampler(space, {});
    const History history = run(sampler, 25, in_parts, seed);
    volume += hypervolume(points_of(history), {1.1, 1.1, 13}) / 4;
    const std::vector<Suggestion> next = sampler.suggest({history, {}, 25, seed, 2});
    EXPECT_EQ(next.at(0).reason.find("by the weights"), std::string::npos) << next.at(0).reason;
    EXPECT_NE(next.at(1).reason.find("by the weights"), std::string::npos) << next.at(1).reason;
    EXPECT_EQ(next.at(1).expected.size(), 3U);
  }
  EXPECT_GT(volume, 9.0);  // without: 8.73
}

TEST(JointModel, DoesWithFailedAndPrunedTrials) {
  const SearchSpace space = search::testing::unit_cube(2);
  GpSampler sampler(space, {});
  History history;
  Random random(5);
  for (std::int64_t trial = 0; trial < 24; ++trial) {
    Configuration at{{random.uniform(), random.uniform()}};
    Observation one = trial % 4 == 0   ? Observation{trial, at, Status::kFailed, NAN}
                      : trial % 4 == 1 ? Observation{trial, at, Status::kPruned, 0.5}
                                       : two_aims(trial, at);
    if (trial % 4 > 1) {
      one.constraints = {at.values[0] - 2, at.values[1] > 0.1 ? 1e300 : -1e-300};
    }
    history.add(one);
  }
  const std::vector<Configuration> pending = {Configuration{{0.2, 0.2}}};
  for (const Suggestion& one : sampler.suggest({history, pending, 24, 7, 4})) {
    EXPECT_TRUE(space.allowed(one.configuration)) << one.reason;
    EXPECT_EQ(one.reason.rfind("gp: ", 0), 0U) << one.reason;
  }
}

}  // namespace
}  // namespace automl::search::gp
