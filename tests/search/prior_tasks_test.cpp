// SPDX-License-Identifier: Apache-2.0
#include "search/prior_tasks.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <string>

#include <gtest/gtest.h>

#include "search/registry.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::unit_cube;

TEST(RankWeight, FollowsTheShareOfPairsRankedAlike) {
  EXPECT_DOUBLE_EQ(rank_weight({}, {}), 0.8);
  EXPECT_DOUBLE_EQ(rank_weight({1}, {5}), 0.8);
  // All three pairs: c' = (2 + 1.8) / 4.
  EXPECT_DOUBLE_EQ(rank_weight({1, 2, 3}, {10, 20, 21}), 0.9);
  // Two of three: c' = (4/3 + 1.8) / 4.
  EXPECT_DOUBLE_EQ(rank_weight({1, 2, 3}, {10, 30, 20}), 2 * (4.0 / 3 + 1.8) / 4 - 1);
  EXPECT_EQ(rank_weight({1, 2, 3}, {3, 2, 1}), 0);
  // Ties are half alike: c' = (4 * 0.5 + 1.8) / 6.
  EXPECT_DOUBLE_EQ(rank_weight({1, 1, 1, 1, 1}, {1, 2, 3, 4, 5}), 2 * 3.8 / 6 - 1);
}

PriorTask task(const std::vector<std::pair<double, double>>& trials) {
  PriorTask result;
  for (const auto& [x, value] : trials) {
    result.observations.push_back({0, {{x}}, Status::kComplete, value});
  }
  return result;
}

std::vector<double> design(const SearchSpace& space,
                           const std::vector<PriorTask>& tasks,
                           std::size_t most) {
  std::vector<double> xs;
  for (const Configuration& one : inherited_design(space, tasks, most)) {
    xs.push_back(one.values[0]);
  }
  return xs;
}

TEST(InheritedDesign, TakesTheBestOfAllTasksByTurnsAndApart) {
  const SearchSpace space = unit_cube(1);
  PriorTask first = task({{0.9, 3}, {0.5, 1}, {0.52, 1.5}, {0.2, 2}});
  first.observations.push_back({4, {{0.7}}, Status::kFailed, 0});
  const PriorTask second = task({{0.51, -7}, {0.1, -5}});
  EXPECT_EQ(design(space, {first}, 2), (std::vector<double>{0.5, 0.2}));
  EXPECT_EQ(design(space, {first, second}, 9), (std::vector<double>{0.5, 0.1, 0.2, 0.9}));
  EXPECT_TRUE(design(space, {}, 3).empty());
  EXPECT_TRUE(design(space, {task({{2, 1}})}, 3).empty()) << "outside the space";
}

// What earlier tasks do to a search, measured: a similar one saves trials, a contrary one costs
// few.

constexpr int kRuns = 15;
constexpr int kTrials = 40;
constexpr std::size_t kDimensions = 4;

using Function = std::function<double(const Configuration&)>;

// A valley with ripples whose bottom, 0, lies at `centre` plus `shift` in every dimension.
Function valley(std::uint64_t seed, double shift, double sign = 1) {
  Random random(seed, 17);
  std::vector<double> centre;
  std::vector<double> steepness;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    centre.push_back(0.2 + 0.6 * random.uniform());
    steepness.push_back(0.5 + 2 * random.uniform());
  }
  return [=](const Configuration& c) {
    double sum = 0;
    for (std::size_t i = 0; i < kDimensions; ++i) {
      const double x = c.values[i] - centre[i] - (i % 2 == 0 ? shift : -shift);
      sum += steepness[i] * x * x + 0.02 * (1 - std::cos(6 * std::numbers::pi * x));
    }
    return sign * sum;
  };
}

// 60 trials of an earlier search: a third at random, the rest nearer to its best.
PriorTask earlier(const SearchSpace& space, const Function& f, std::uint64_t seed) {
  PriorTask task;
  History history;
  const auto sampler = make_sampler("tpe", {}, space);
  for (int i = 0; i < 60; ++i) {
    auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1});
    const double value = f(one.at(0).configuration);
    history.add({i, one[0].configuration, Status::kComplete, value});
  }
  task.observations = history.observations();
  return task;
}

struct Outcome {
  int trials_to_reach = 0;  // kTrials + 1: never
  double best = 0;
};

Outcome search(const std::string& algorithm,
               const SearchSpace& space,
               const Function& f,
               std::uint64_t seed,
               double goal,
               const std::vector<PriorTask>& tasks) {
  const auto sampler = make_sampler(algorithm, {}, space);
  History history;
  for (const PriorTask& task : tasks) {
    history.inherit(task);
  }
  Outcome outcome{kTrials + 1, std::numeric_limits<double>::infinity()};
  for (int i = 0; i < kTrials; ++i) {
    auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1});
    const double value = f(one.at(0).configuration);
    outcome.best = std::min(outcome.best, value);
    if (value <= goal && outcome.trials_to_reach > kTrials) {
      outcome.trials_to_reach = i + 1;
    }
    history.add({i, one[0].configuration, Status::kComplete, value});
  }
  return outcome;
}

struct Median {
  double trials;
  double best;
};

// With the earlier task's bottom `shift` away, its values times `sign`; no task when sign is 0.
Median measure(const std::string& algorithm, double goal, double shift, double sign) {
  const SearchSpace space = unit_cube(kDimensions);
  std::vector<double> trials;
  std::vector<double> best;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(run) + 1;
    std::vector<PriorTask> tasks;
    if (sign != 0) {
      tasks = {earlier(space, valley(seed, shift, sign), seed + 100)};
    }
    const Outcome outcome = search(algorithm, space, valley(seed, 0), seed, goal, tasks);
    trials.push_back(outcome.trials_to_reach);
    best.push_back(outcome.best);
  }
  std::sort(trials.begin(), trials.end());
  std::sort(best.begin(), best.end());
  return {trials[kRuns / 2], best[kRuns / 2]};
}

TEST(Inherited, GpReachesTheGoalInFewerTrialsWithASimilarTask) {
  const double goal = 0.1;
  const Median alone = measure("gp", goal, 0, 0);
  const Median similar = measure("gp", goal, 0.08, 1);
  const Median contrary = measure("gp", goal, 0, -1);
  EXPECT_LE(similar.trials, 0.5 * alone.trials);
  EXPECT_LE(contrary.trials, alone.trials + 6);
}

TEST(Inherited, TpeReachesTheGoalInFewerTrialsWithASimilarTask) {
  const double goal = 0.1;
  const Median alone = measure("tpe", goal, 0, 0);
  const Median similar = measure("tpe", goal, 0.08, 1);
  const Median contrary = measure("tpe", goal, 0, -1);
  EXPECT_LE(similar.trials, 0.5 * alone.trials);
  EXPECT_LE(contrary.trials, alone.trials + 6);
}

TEST(Inherited, OddTasksDoNoHarm) {
  const SearchSpace space = unit_cube(kDimensions);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const Configuration middle{std::vector<double>(kDimensions, 0.5)};
  PriorTask odd;
  odd.observations = {{0, middle, Status::kComplete, nan},
                      {0, middle, Status::kComplete, -inf},
                      {1, {{0.5}}, Status::kComplete, 1},
                      {2, {{}}, Status::kFailed, nan},
                      {3, {std::vector<double>(kDimensions, nan)}, Status::kComplete, 1e308},
                      {4, {std::vector<double>(kDimensions, 7)}, Status::kComplete, -1e308}};
  PriorTask flat;
  flat.observations.assign(5, {0, middle, Status::kComplete, 3});
  for (const char* algorithm : {"gp", "tpe"}) {
    const auto sampler = make_sampler(algorithm, {}, space);
    History history;
    history.inherit({});
    history.inherit(odd);
    history.inherit(flat);
    for (int i = 0; i < 14; ++i) {
      const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), 7, 1});
      ASSERT_TRUE(space.valid(one.at(0).configuration)) << algorithm << " " << i;
      history.add({i, one[0].configuration, Status::kComplete, valley(3, 0)(one[0].configuration)});
    }
  }
}

TEST(Inherited, WithConstraintsTheTasksGiveTheFirstTrialsOnly) {
  const SearchSpace space = unit_cube(kDimensions);
  const PriorTask task = earlier(space, valley(3, 0.1), 5);
  const auto sampler = make_sampler("gp", {}, space);
  History history;
  history.inherit(task);
  std::vector<std::string> reasons;
  for (int i = 0; i < 9; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), 7, 1});
    reasons.push_back(one.at(0).reason);
    const Configuration& c = one[0].configuration;
    history.add({i, c, Status::kComplete, valley(3, 0)(c), {}, {c.values[0] - 0.4}});
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(reasons[i], "gp: among the best of earlier studies");
  }
  EXPECT_EQ(reasons[3], "gp: the default configuration first");
  EXPECT_NE(reasons[7].find("initial"), std::string::npos) << reasons[7];
  EXPECT_NE(reasons[8].find("after 8 trials"), std::string::npos) << reasons[8];
}

TEST(Inherited, SuggestionsFollowFromTheHistoryAlone) {
  const SearchSpace space = unit_cube(kDimensions);
  const PriorTask task = earlier(space, valley(3, 0.1), 5);
  for (const char* algorithm : {"gp", "tpe"}) {
    History history;
    history.inherit(task);
    const auto kept = make_sampler(algorithm, {}, space);
    for (int i = 0; i < 12; ++i) {
      const Request request{history, {}, static_cast<std::uint64_t>(i), 7, 1};
      const auto one = kept->suggest(request);
      const auto fresh = make_sampler(algorithm, {}, space)->suggest(request);
      ASSERT_EQ(one.at(0).configuration, fresh.at(0).configuration) << algorithm << " " << i;
      history.add({i, one[0].configuration, Status::kComplete, valley(3, 0)(one[0].configuration)});
    }
  }
}

}  // namespace
}  // namespace automl::search
