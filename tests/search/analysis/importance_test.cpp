// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/importance.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "search/random.hpp"
#include "search/samplers/uniform.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::unit_cube;
using testing::when;
using testing::whole;

using Function = std::function<double(const std::vector<double>&)>;

History draws(const SearchSpace& space, int count, const Function& f, std::uint64_t seed = 1) {
  Random random(seed);
  History history;
  for (int i = 0; i < count; ++i) {
    const Configuration one = draw_uniform(space, random);
    const double value = f(one.values);
    history.add({i, one, std::isfinite(value) ? Status::kComplete : Status::kFailed, value});
  }
  return history;
}

// Every configuration of integer parameters once.
History grid(const SearchSpace& space, const Function& f) {
  History history;
  std::vector<double> at;
  for (const Parameter& parameter : space.parameters()) {
    at.push_back(parameter.low);
  }
  for (std::int64_t number = 0;; ++number) {
    history.add({number, {at}, Status::kComplete, f(at)});
    std::size_t i = 0;
    for (; i < at.size(); ++i) {
      const double high =
          space[i].choices > 0 ? static_cast<double>(space[i].choices - 1) : space[i].high;
      if (++at[i] <= high) {
        break;
      }
      at[i] = space[i].low;
    }
    if (i == at.size()) {
      return history;
    }
  }
}

Parameter choice_from_0(const std::string& name, std::size_t choices) {
  Parameter p = choice(name, choices);
  p.low = 0;
  return p;
}

ImportanceOptions exact() { return {.trees = 4, .bootstrap = false, .least = 1}; }

double pair_share(const Importance& found, std::size_t first, std::size_t second) {
  for (const Interaction& one : found.interactions) {
    if (one.first == first && one.second == second) {
      return one.effect.share;
    }
  }
  return 0;
}

double sum_of(const Importance& found) {
  double sum = 0;
  for (const Effect& one : found.main) {
    sum += one.share;
  }
  for (const Interaction& one : found.interactions) {
    sum += one.effect.share;
  }
  return sum;
}

// 2 a + b over {0, 1}²: V_a = 1, V_b = 1/4.
TEST(Importance, OfASumIsExact) {
  const SearchSpace space({whole("a", 0, 1), whole("b", 0, 1), whole("c", 0, 3)}, {});
  const Importance found =
      importance(space, grid(space, [](const auto& x) { return 2 * x[0] + x[1]; }), 1, exact());
  EXPECT_EQ(found.trials, 16u);
  EXPECT_NEAR(found.main[0].share, 0.8, 1e-12);
  EXPECT_NEAR(found.main[1].share, 0.2, 1e-12);
  EXPECT_NEAR(found.main[2].share, 0, 1e-12);
  EXPECT_TRUE(found.interactions.empty());
  EXPECT_NEAR(found.main[0].spread, 0, 1e-7);
  // Averages over b and c at a = 0 and a = 1.
  EXPECT_NEAR(found.curves[0].front().value, 0.5, 1e-12);
  EXPECT_NEAR(found.curves[0].back().value, 2.5, 1e-12);
}

// a b over {0, 1}²: mean 1/4, V = 3/16, V_a = V_b = V_ab = 1/16.
TEST(Importance, OfAProductIsExact) {
  const SearchSpace space({whole("a", 0, 1), whole("b", 0, 1)}, {});
  const Importance found =
      importance(space, grid(space, [](const auto& x) { return x[0] * x[1]; }), 1, exact());
  EXPECT_NEAR(found.main[0].share, 1 / 3.0, 1e-12);
  EXPECT_NEAR(found.main[1].share, 1 / 3.0, 1e-12);
  EXPECT_NEAR(pair_share(found, 0, 1), 1 / 3.0, 1e-12);
}

// Exclusive or: nothing but interaction, and no single split helps at first.
TEST(Importance, OfAPureInteractionIsExact) {
  const SearchSpace space({whole("a", 0, 1), choice_from_0("b", 2)}, {});
  const Importance found = importance(
      space, grid(space, [](const auto& x) { return x[0] == x[1] ? 1.0 : 0.0; }), 1, exact());
  EXPECT_NEAR(found.main[0].share, 0, 1e-12);
  EXPECT_NEAR(found.main[1].share, 0, 1e-12);
  EXPECT_NEAR(pair_share(found, 0, 1), 1, 1e-12);
}

// u(c) + v(d) + 1{c = 1, d = 2} over 3 × 4 categories, worked out by hand below.
TEST(Importance, OfCategoriesIsExact) {
  const SearchSpace space({choice_from_0("c", 3), choice_from_0("d", 4)}, {});
  const auto f = [](const auto& x) { return x[0] == 1 && x[1] == 2 ? 1.0 : 0.0; };
  const Importance found = importance(space, grid(space, f), 1, exact());
  // Mean 1/12, total 1/12 - 1/144 = 11/144. E[f | c = 1] = 1/4, else 0: V_c = 1/48 - 1/144 = 2/144.
  // E[f | d = 2] = 1/3, else 0: V_d = 1/36 - 1/144 = 3/144. The rest is V_cd = 6/144.
  EXPECT_NEAR(found.main[0].share, 2 / 11.0, 1e-12);
  EXPECT_NEAR(found.main[1].share, 3 / 11.0, 1e-12);
  EXPECT_NEAR(pair_share(found, 0, 1), 6 / 11.0, 1e-12);
  EXPECT_EQ(found.curves[0].size(), 3u);
  EXPECT_NEAR(found.curves[0][1].value, 0.25, 1e-12);
}

// x + 2 y + 4 x y over the unit square: V_x = (1 + 2)² / 12, V_y = (2 + 2)² / 12, V_xy = 16 / 144.
TEST(Importance, OfASmoothFunctionComesOutNearItsTrueShares) {
  const SearchSpace space = unit_cube(4);
  const History history =
      draws(space, 600, [](const auto& x) { return x[0] + 2 * x[1] + 4 * x[0] * x[1]; });
  const Importance found = importance(space, history, 3);
  const double total = 9 / 12.0 + 16 / 12.0 + 16 / 144.0;
  EXPECT_NEAR(found.main[0].share, 9 / 12.0 / total, 0.06);
  EXPECT_NEAR(found.main[1].share, 16 / 12.0 / total, 0.06);
  EXPECT_NEAR(pair_share(found, 0, 1), 16 / 144.0 / total, 0.04);
  EXPECT_LT(found.main[2].share, 0.02);
  EXPECT_GT(found.explained, 0.9);
  EXPECT_LE(sum_of(found), 1 + 1e-9);
  EXPECT_GT(found.permutation[1].share, found.permutation[0].share);
  EXPECT_GT(found.permutation[0].share, 0.3);
  EXPECT_NEAR(found.permutation[3].share, 0, 0.05);
}

TEST(Importance, SeesLogarithmicScales) {
  const SearchSpace space({real("lr", 1e-6, 1, true), real("x", 0, 1)}, {});
  const History history =
      draws(space, 300, [](const auto& x) { return std::abs(std::log10(x[0]) + 3) + 0.3 * x[1]; });
  const Importance found = importance(space, history, 1);
  EXPECT_GT(found.main[0].share, 0.85);
  // The curve is lowest at 1e-3, the middle of the axis.
  EXPECT_LT(found.curves[0][16].value, found.curves[0][4].value);
  EXPECT_LT(found.curves[0][16].value, found.curves[0][28].value);
}

// g(x) = x where b = 1, inactive where b = 0 with value 1/2. Over the cube: E[f | x] = x / 2 + 1/4,
// V_x = 1/48; V_b = 0; V = 1/24. So half of it is x, half is its interaction with b.
TEST(Importance, OfAConditionalParameterIsOverTheWholeSpace) {
  const SearchSpace space(
      {whole("b", 0, 1), when(real("x", 0, 1), 0, Relation::kEqual, 1), real("n", 0, 1)}, {});
  const History history = draws(space, 800, [](const auto& x) { return x[0] == 1 ? x[1] : 0.5; });
  const Importance found = importance(space, history, 1);
  EXPECT_NEAR(found.main[1].share, 0.5, 0.08);
  EXPECT_NEAR(pair_share(found, 0, 1), 0.5, 0.08);
  EXPECT_LT(found.main[0].share, 0.02);
  EXPECT_LT(found.main[2].share, 0.02);
}

TEST(Importance, IgnoresWhatIsNotComplete) {
  const SearchSpace space = unit_cube(2);
  History history = draws(space, 40, [](const auto& x) { return x[0]; });
  const Importance before = importance(space, history, 1);
  history.add({100, {{0.5, 0.5}}, Status::kFailed, std::numeric_limits<double>::quiet_NaN()});
  history.add({101, {{0.5, 0.5}}, Status::kComplete, std::numeric_limits<double>::infinity()});
  history.add({102, {{0.5, 0.5}}, Status::kPruned, 17});
  const Importance after = importance(space, history, 1);
  EXPECT_EQ(after.trials, 40u);
  EXPECT_EQ(before.main[0].share, after.main[0].share);
  EXPECT_EQ(before.permutation[1].share, after.permutation[1].share);
}

TEST(Importance, OfNothingIsNothing) {
  const SearchSpace space = unit_cube(2);
  for (const int trials : {0, 1, 20}) {
    const Importance found =
        importance(space, draws(space, trials, [](const auto&) { return 0.3; }), 1);
    EXPECT_EQ(found.trials, static_cast<std::size_t>(trials));
    EXPECT_EQ(sum_of(found), 0);
    EXPECT_EQ(found.permutation[0].share, 0);
  }
  const Importance two = importance(space, draws(space, 2, [](const auto& x) { return x[0]; }), 1);
  EXPECT_LE(sum_of(two), 1 + 1e-9);
  EXPECT_TRUE(importance(SearchSpace({}, {}), History(), 1).main.empty());
}

TEST(Importance, LooksAtEachObjective) {
  const SearchSpace space = unit_cube(2);
  History history;
  Random random(4);
  for (int i = 0; i < 100; ++i) {
    const Configuration one = draw_uniform(space, random);
    history.add({i, one, Status::kComplete, one.values[0], {one.values[1]}});
  }
  EXPECT_GT(importance(space, history, 1).main[0].share, 0.9);
  EXPECT_GT(importance(space, history, 1, {.objective = 1}).main[1].share, 0.9);
  EXPECT_EQ(importance(space, history, 1, {.objective = 2}).trials, 0u);
}

TEST(Importance, SurvivesManyDimensionsManyCategoriesAndExtremes) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 60; ++i) {
    parameters.push_back(i % 3 == 0   ? choice("c" + std::to_string(i), 30)
                         : i % 3 == 1 ? whole("i" + std::to_string(i), 1, 1e6)
                                      : real("x" + std::to_string(i), -1, 1));
  }
  const SearchSpace space(parameters, {});
  for (const double unit : {1.0, 1e300, 1e-300}) {
    const Importance found = importance(
        space,
        draws(space, 200, [&](const auto& x) { return unit * (x[0] < 10 ? 1 + x[2] : x[2] / 9); }),
        1,
        {.trees = 16});
    EXPECT_LE(sum_of(found), 1 + 1e-9);
    EXPECT_GT(found.main[0].share, 0.3) << unit;
    EXPECT_TRUE(std::isfinite(found.explained));
  }
}

TEST(Importance, FollowsFromTheSeed) {
  const SearchSpace space = unit_cube(3);
  const History history = draws(space, 50, [](const auto& x) { return x[0] * x[1] + x[2]; });
  EXPECT_EQ(importance(space, history, 5).main[0].share,
            importance(space, history, 5).main[0].share);
  EXPECT_NE(importance(space, history, 5).main[0].share,
            importance(space, history, 6).main[0].share);
}

// Six disasters of 1e9 say nothing about the parameters that matter among the rest.
TEST(Importance, IsNotBlindedByDisasters) {
  const SearchSpace space = unit_cube(2);
  History history = draws(space, 200, [](const auto& x) { return x[0]; });
  Random random(9);
  for (int i = 0; i < 6; ++i) {
    history.add({300 + i, {{random.uniform(), random.uniform()}}, Status::kComplete, 1e9});
  }
  EXPECT_GT(importance(space, history, 1).main[0].share, 0.4);
}

}  // namespace
}  // namespace automl::search
