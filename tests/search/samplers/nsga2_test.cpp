// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/nsga2.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/pareto.hpp"
#include "search/registry.hpp"
#include "tests/search/minimise.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

// ZDT1 (Zitzler, Deb and Thiele 2000): the front is f2 = 1 - sqrt(f1), reached where x2 .. xn = 0.
Point zdt1(const Configuration& configuration) {
  const std::vector<double>& x = configuration.values;
  double rest = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    rest += x[i];
  }
  const double g = 1 + 9 * rest / static_cast<double>(x.size() - 1);
  return {x[0], g * (1 - std::sqrt(x[0] / g))};
}

double dominated_volume(const std::string& algorithm, std::uint64_t seed) {
  const SearchSpace space = testing::unit_cube(6);
  const auto sampler = make_sampler(algorithm, {}, space);
  History history;
  std::vector<Point> points;
  for (int i = 0; i < 400; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1});
    points.push_back(zdt1(one.at(0).configuration));
    Observation observation{i, one[0].configuration, Status::kComplete, points.back()[0]};
    observation.further = {points.back()[1]};
    history.add(observation);
  }
  return hypervolume(points, {1.1, 1.1});
}

TEST(Nsga2Sampler, ApproachesTheFront) {
  double volume = 0;  // of the whole front: 0.873
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    volume += dominated_volume("nsga2", seed) / 6;
    EXPECT_LT(dominated_volume("random", seed), 0.35);
  }
  EXPECT_GT(volume, 0.7);
}

TEST(Nsga2Sampler, ConstraintsComeBeforeObjectives) {
  const SearchSpace space = testing::unit_cube(2);
  const auto sampler = make_sampler("nsga2", {}, space);
  History history;
  double best = 10;
  int met = 0;
  for (int i = 0; i < 300; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), 1, 1});
    const std::vector<double>& x = one.at(0).configuration.values;
    Observation observation{i, one[0].configuration, Status::kComplete, x[0] + x[1]};
    observation.constraints = {0.5 - x[0], 0.25 - x[1]};
    if (observation.feasible()) {
      best = std::min(best, observation.value);
      met += i >= 100 ? 1 : 0;
    }
    history.add(observation);
  }
  EXPECT_LT(best, 0.78);
  EXPECT_GT(met, 80);
}

TEST(Nsga2Sampler, SolvesOneObjectiveWithIntegersAndConditions) {
  const SearchSpace space({testing::choice("kind", 3),
                           testing::whole("n", 0, 100),
                           testing::when(testing::real("x", 0, 1), 0, Relation::kEqual, 2)},
                          {});
  const auto objective = [](const Configuration& configuration) {
    const double distance = std::abs(configuration.values[1] - 42) / 100;
    return configuration.active(2) ? distance + std::abs(configuration.values[2] - 0.3)
                                   : 1 + distance;
  };
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_LT(testing::minimise("nsga2", space, objective, seed, 400), 0.03);
  }
}

}  // namespace
}  // namespace automl::search
