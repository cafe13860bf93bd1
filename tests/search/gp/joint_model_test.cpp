// SPDX-License-Identifier: Apache-2.0
#include "search/gp/joint_model.hpp"

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

template <typename Evaluate>
History run(GpSampler& sampler, int trials, Evaluate evaluate) {
  History history;
  for (int i = 0; i < trials; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    const std::vector<Suggestion> one = sampler.suggest({history, {}, index, 7, 1});
    history.add(evaluate(i, one.at(0).configuration));
  }
  return history;
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

TEST(JointModel, SpreadsOverTheFront) {
  const SearchSpace space = search::testing::unit_cube(2);
  GpSampler sampler(space, {});
  const History history = run(sampler, 30, two_aims);
  std::vector<Point> points;
  for (const Observation& one : history.observations()) {
    points.push_back({one.value, one.further[0]});
  }
  // All that can be dominated below (1, 1): the integral of 1 - (1 - sqrt a)^2 is 5/6.
  EXPECT_GT(hypervolume(points, {1, 1}), 0.97 * 5 / 6);
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
