// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/tpe.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/registry.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::when;
using testing::whole;

using Objective = std::function<double(const Configuration&)>;

const std::vector<Configuration> kNobody;

struct Outcome {
  double best = std::numeric_limits<double>::infinity();
  History history;
};

Outcome minimise(const std::string& algorithm,
                 const SearchSpace& space,
                 const Objective& objective,
                 std::uint64_t seed,
                 int trials) {
  const auto sampler = make_sampler(algorithm, {}, space);
  Outcome outcome;
  for (int i = 0; i < trials; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    const auto one = sampler->suggest({outcome.history, kNobody, index, seed, 1});
    const double value = objective(one.at(0).configuration);
    outcome.best = std::min(outcome.best, value);
    outcome.history.add({i, one[0].configuration, Status::kComplete, value});
  }
  return outcome;
}

// How many of `seeds` runs TPE ends below random, and the mean log10 of the ratio of the results.
struct Duel {
  int won = 0;
  double decades = 0;
};

Duel duel(const SearchSpace& space,
          const std::function<Objective(std::uint64_t)>& family,
          int seeds,
          int trials) {
  Duel result;
  for (int s = 1; s <= seeds; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    const Objective objective = family(seed);
    const double tpe = minimise("tpe", space, objective, seed, trials).best;
    const double random = minimise("random", space, objective, seed, trials).best;
    result.won += tpe < random ? 1 : 0;
    result.decades += (std::log10(random + 1e-9) - std::log10(tpe + 1e-9)) / seeds;
  }
  return result;
}

std::vector<double> shift(std::uint64_t seed, std::size_t count) {
  Random random(seed, 4242);
  std::vector<double> shifts;
  for (std::size_t i = 0; i < count; ++i) {
    shifts.push_back(random.uniform(0.15, 0.85));
  }
  return shifts;
}

TEST(TpeSampler, BeatsRandomOnAShiftedSphere) {
  const Duel result = duel(
      testing::unit_cube(5),
      [](std::uint64_t seed) -> Objective {
        return [at = shift(seed, 5)](const Configuration& c) {
          double sum = 0;
          for (std::size_t i = 0; i < at.size(); ++i) {
            sum += std::pow(c.values[i] - at[i], 2);
          }
          return sum;
        };
      },
      10,
      100);
  EXPECT_GE(result.won, 9);
  EXPECT_GT(result.decades, 0.5);
}

TEST(TpeSampler, BeatsRandomOnMixedParameters) {
  Parameter width = whole("width", 8, 1024);
  width.log = true;
  const SearchSpace space(
      {real("lr", 1e-5, 1, true), width, choice("kind", 5), choice("loss", 3), real("drop", 0, 1)},
      {});
  const Duel result = duel(
      space,
      [](std::uint64_t seed) -> Objective {
        return [at = shift(seed, 5)](const Configuration& c) {
          return std::pow(std::log10(c.values[0]) + 5 * at[0], 2) +
                 std::pow(std::log2(c.values[1]) - 3 - 7 * at[1], 2) / 5 +
                 (c.values[2] == std::floor(5 * at[2]) ? 0 : 0.7) +
                 (c.values[3] == std::floor(3 * at[3]) ? 0 : 0.4) +
                 std::pow(3 * (c.values[4] - at[4]), 2);
        };
      },
      10,
      100);
  EXPECT_GE(result.won, 9);
  EXPECT_GT(result.decades, 0.4);
}

TEST(TpeSampler, BeatsRandomOnConditionalParameters) {
  const SearchSpace space({choice("optimizer", 3),
                           when(real("lr a", 1e-5, 1, true), 0, Relation::kEqual, 0),
                           when(real("momentum", 0, 1), 0, Relation::kEqual, 0),
                           when(real("lr b", 1e-5, 1, true), 0, Relation::kEqual, 1),
                           whole("layers", 1, 3),
                           real("drop", 0, 1),
                           when(real("drop 2", 0, 1), 4, Relation::kGreater, 1)},
                          {});
  const Duel result = duel(
      space,
      [](std::uint64_t seed) -> Objective {
        return [at = shift(seed, 5)](const Configuration& c) {
          double sum = 0.3 * (3 - c.values[4]) + std::pow(2 * (c.values[5] - at[3]), 2);
          sum += c.active(6) ? std::pow(2 * (c.values[6] - at[4]), 2) : 0;
          if (c.values[0] == 0) {
            return sum + std::pow(std::log10(c.values[1]) + 5 * at[0], 2) +
                   std::pow(2 * (c.values[2] - at[1]), 2);
          }
          return sum +
                 (c.values[0] == 1 ? 0.3 + std::pow(std::log10(c.values[3]) + 5 * at[2], 2) : 1.0);
        };
      },
      20,
      100);
  EXPECT_GE(result.won, 15);
  EXPECT_GT(result.decades, 0.3);
}

TEST(TpeSampler, StartsWithTheDefaultsThenSobol) {
  Parameter x = real("x", 0, 1);
  x.default_value = 0.25;
  const SearchSpace space({x, real("y", 0, 1)}, {});
  TpeSampler sampler(space, {});
  const auto few = sampler.suggest({{}, kNobody, 0, 1, 3});
  EXPECT_EQ(few[0].configuration.values, (std::vector<double>{0.25, 0.5}));
  EXPECT_THAT(few[0].reason, ::testing::HasSubstr("default"));
  EXPECT_THAT(few[1].reason, ::testing::HasSubstr("sobol"));
  // A baseline with the same values has been proposed already.
  History history;
  history.add({0, few[0].configuration, Status::kComplete, 1});
  EXPECT_THAT(sampler.suggest({history, kNobody, 0, 1, 1})[0].reason,
              ::testing::HasSubstr("sobol"));
}

TEST(TpeSampler, TriesEverythingOnceBeforeItRepeats) {
  const SearchSpace space(
      {choice("a", 4), when(choice("b", 5), 0, Relation::kEqual, 2), whole("n", 1, 4)},
      {{{{2, Relation::kEqual, {3}}}}});
  TpeSampler sampler(space, {});
  History history;
  SeenConfigurations seen;
  for (int i = 0; i < 24; ++i) {  // (3 + 5) * 3
    const auto one = sampler.suggest({history, kNobody, static_cast<std::uint64_t>(i), 3, 1});
    ASSERT_EQ(one.size(), 1u);
    ASSERT_TRUE(space.valid(one[0].configuration));
    ASSERT_FALSE(seen.contains(one[0].configuration)) << i;
    seen.add(one[0].configuration);
    history.add({i, one[0].configuration, Status::kComplete, one[0].configuration.values[0]});
  }
  const auto again = sampler.suggest({history, kNobody, 24, 3, 1});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_THAT(again[0].reason, ::testing::HasSubstr("every configuration has been tried"));
}

TEST(TpeSampler, StaysAwayFromFailures) {
  const SearchSpace space = testing::unit_cube(2);
  History history;
  Random random(8);
  for (int i = 0; i < 60; ++i) {
    const Configuration c{{random.uniform(), random.uniform()}};
    history.add({i, c, c.values[0] > 0.5 ? Status::kFailed : Status::kComplete, c.values[1]});
  }
  TpeSampler sampler(space, {});
  int failing = 0;
  for (std::uint64_t i = 60; i < 100; ++i) {
    const auto one = sampler.suggest({history, kNobody, i, 3, 1});
    failing += one[0].configuration.values[0] > 0.5 ? 1 : 0;
  }
  EXPECT_LT(failing, 8);
}

TEST(TpeSampler, SpreadsPendingTrials) {
  const SearchSpace space = testing::unit_cube(2);
  const Outcome known = minimise(
      "tpe",
      space,
      [](const Configuration& c) {
        return std::pow(c.values[0] - 0.3, 2) + std::pow(c.values[1] - 0.6, 2);
      },
      5,
      40);
  TpeSampler sampler(space, {});
  const auto batch = sampler.suggest({known.history, kNobody, 40, 5, 30});
  ASSERT_EQ(batch.size(), 30u);
  double nearest = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    double least = 9;
    for (std::size_t j = 0; j < batch.size(); ++j) {
      if (i != j) {
        least = std::min(
            least,
            std::hypot(batch[i].configuration.values[0] - batch[j].configuration.values[0],
                       batch[i].configuration.values[1] - batch[j].configuration.values[1]));
      }
    }
    nearest += least / 30;
  }
  EXPECT_GT(nearest, 0.01);
}

TEST(TpeSampler, RanksPrunedTrialsBehindCompleteOnes) {
  const SearchSpace space = testing::unit_cube(1);
  History history;
  for (int i = 0; i < 40; ++i) {
    const double x = i / 40.0;
    const bool pruned = x < 0.5;  // with values that look better
    history.add({i, {{x}}, pruned ? Status::kPruned : Status::kComplete, pruned ? -9 : x});
  }
  TpeSampler sampler(space, {});
  int among_complete = 0;
  for (std::uint64_t i = 40; i < 60; ++i) {
    const double x = sampler.suggest({history, kNobody, i, 3, 1})[0].configuration.values[0];
    among_complete += x > 0.4 ? 1 : 0;
  }
  EXPECT_GE(among_complete, 15);
}

TEST(TpeSampler, OrderOfFinishingDoesNotMatter) {
  const SearchSpace space(
      {choice("a", 3), when(real("x", 0, 1), 0, Relation::kNotEqual, 2), real("y", 1e-4, 1, true)},
      {});
  History forward;
  History backward;
  std::vector<Observation> all;
  Random random(2);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> unit{random.uniform(), random.uniform(), random.uniform()};
    Configuration c{{std::floor(3 * unit[0]), unit[1], std::pow(10, -4 * unit[2])}};
    // Ties on purpose: five different values only.
    all.push_back({i, space.repair(c), Status::kComplete, std::floor(5 * unit[2])});
  }
  for (int i = 0; i < 200; ++i) {
    forward.add(all[static_cast<std::size_t>(i)]);
    backward.add(all[static_cast<std::size_t>(199 - i)]);
  }
  TpeSampler a(space, {});
  TpeSampler b(space, {});
  for (std::uint64_t i = 200; i < 210; ++i) {
    const auto one = a.suggest({forward, kNobody, i, 3, 2});
    const auto other = b.suggest({backward, kNobody, i, 3, 2});
    EXPECT_TRUE(one[0].configuration == other[0].configuration);
    EXPECT_TRUE(one[1].configuration == other[1].configuration);
  }
}

TEST(TpeSampler, CacheNoticesAnotherHistory) {
  const SearchSpace space = testing::unit_cube(3);
  History one;
  History other;
  Random random(4);
  for (int i = 0; i < 50; ++i) {
    const Configuration c{{random.uniform(), random.uniform(), random.uniform()}};
    one.add({i, c, Status::kComplete, c.values[0]});
    other.add({i, c, Status::kComplete, -c.values[0]});
  }
  TpeSampler used(space, {});
  used.suggest({one, kNobody, 50, 1, 1});
  TpeSampler fresh(space, {});
  EXPECT_TRUE(used.suggest({other, kNobody, 50, 1, 1})[0].configuration ==
              fresh.suggest({other, kNobody, 50, 1, 1})[0].configuration);
}

}  // namespace
}  // namespace automl::search
