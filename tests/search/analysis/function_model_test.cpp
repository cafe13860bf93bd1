// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/function_model.hpp"

#include <cmath>
#include <limits>
#include <map>

#include <gtest/gtest.h>

#include "search/analysis/random_shadow.hpp"
#include "search/analysis/remaining_gain.hpp"
#include "search/samplers/uniform.hpp"
#include "tests/search/minimise.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::Objective;
using testing::real;
using testing::unit_cube;
using testing::when;
using testing::whole;

double branin(const Configuration& one) {
  const double x = one.values[0] * 15 - 5;
  const double y = one.values[1] * 15;
  const double a = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;
  return a * a + 10 * (1 - 1 / (8 * M_PI)) * std::cos(x) + 10;
}

// lr matters most, its best value lies off centre; momentum exists with one of three optimisers.
SearchSpace training_space() {
  return {{real("lr", 1e-5, 1, true),
           choice("optimizer", 3),
           when(real("momentum", 0, 1), 1, Relation::kEqual, 0),
           whole("layers", 1, 8)},
          {}};
}

double training(const Configuration& one) {
  const double lr = std::log10(one.values[0]) + 2;
  const double momentum = one.active(2) ? 0.3 * std::pow(one.values[2] - 0.9, 2) : 0.1;
  return 0.1 + 0.1 * lr * lr / (1 + 0.2 * lr * lr) + momentum + 0.02 * std::abs(one.values[3] - 5);
}

History run(const std::string& algorithm,
            const SearchSpace& space,
            const Objective& f,
            int trials,
            std::uint64_t seed = 7) {
  const auto sampler = make_sampler(algorithm, {}, space);
  History history;
  for (int i = 0; i < trials; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1});
    const double value = f(one.at(0).configuration);
    history.add({i, one[0].configuration, Status::kComplete, value});
  }
  return history;
}

// Mean best value of real random runs.
double random_best(const SearchSpace& space, const Objective& f, std::size_t trials) {
  constexpr int kRuns = 150;
  double sum = 0;
  for (int run = 0; run < kRuns; ++run) {
    Random random(99, static_cast<std::uint64_t>(run));
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < trials; ++i) {
      best = std::min(best, f(draw_uniform(space, random)));
    }
    sum += best / kRuns;
  }
  return sum;
}

TEST(FunctionModel, IsUnsetWhereThereIsNothingToLearn) {
  const SearchSpace space = unit_cube(2);
  EXPECT_FALSE(fit_function(space, History(), 1));
  EXPECT_FALSE(fit_function(space, run("random", space, branin, 3), 1));
  const auto constant = [](const Configuration&) { return 0.5; };
  EXPECT_FALSE(fit_function(space, run("random", space, constant, 20), 1));
  History failed;
  for (int i = 0; i < 20; ++i) {
    failed.add({i, {{0.1, 0.05 * i}}, Status::kFailed, std::numeric_limits<double>::quiet_NaN()});
  }
  EXPECT_FALSE(fit_function(space, failed, 1));
}

TEST(FunctionModel, TakesTheBestTrialThatMeetsItsConstraints) {
  const SearchSpace space = unit_cube(1);
  History history;
  for (int i = 0; i < 20; ++i) {
    const double x = 0.05 * i;
    history.add({i, {{x}}, Status::kComplete, x, {}, {0.42 - x}});  // x >= 0.42 is allowed
  }
  history.add({20, {{0.5}}, Status::kFailed, std::numeric_limits<double>::quiet_NaN()});
  history.add({21, {{0.2}}, Status::kPruned, 0.1});
  const auto model = fit_function(space, history, 1);
  ASSERT_TRUE(model);
  EXPECT_NEAR(model->best_value, 0.45, 1e-12);
  EXPECT_NEAR(model->best(0, 0), 0.45, 1e-12);
  EXPECT_GE(model->incumbent, 9u);
  EXPECT_LE(model->incumbent, 19u);
}

TEST(RemainingGain, ShrinksAsTheSearchGoesOnAndThenSaysStop) {
  const SearchSpace space = unit_cube(2);
  const History history = run("gp", space, branin, 50);
  std::vector<RemainingGain> found;
  for (const std::size_t trials : {10, 50}) {
    History head;
    for (std::size_t i = 0; i < trials; ++i) {
      head.add(history.observations()[i]);
    }
    const auto model = fit_function(space, head, 1);
    ASSERT_TRUE(model);
    const auto gain = remaining_gain(space, *model, 1);
    ASSERT_TRUE(gain);
    found.push_back(*gain);
    ASSERT_EQ(gain->expected.size(), 20u);
    for (std::size_t k = 1; k < gain->expected.size(); ++k) {
      EXPECT_GE(gain->expected[k], gain->expected[k - 1]);
    }
    EXPECT_LE(gain->expected.back(), gain->possible + 1e-12);
    EXPECT_GE(gain->expected.front(), 0);
  }
  EXPECT_FALSE(found[0].stop);
  EXPECT_TRUE(found[1].stop) << found[1].certainty << " " << found[1].possible;
  EXPECT_LT(found[1].possible, 0.2 * found[0].possible);
  EXPECT_NEAR(found[1].best, 0.397887, 0.05);
}

TEST(RemainingGain, CoversWhatIsReallyLeft) {
  // After 12 random trials the best is far from the minimum 0.3979: the model must not deny it.
  const SearchSpace space = unit_cube(2);
  const History history = run("random", space, branin, 12);
  const auto model = fit_function(space, history, 1);
  ASSERT_TRUE(model);
  const auto gain = remaining_gain(space, *model, 1);
  ASSERT_TRUE(gain);
  const double left = model->best_value - 0.397887;
  EXPECT_GT(gain->possible, 0.25 * left);
  EXPECT_FALSE(gain->stop);
}

TEST(RemainingGain, WorksOnMixedConditionalAndForbiddenSpaces) {
  SearchSpace space(training_space().parameters(),
                    {{{{3, Relation::kLess, {3}}, {1, Relation::kEqual, {2}}}}});
  const History history = run("tpe", space, training, 40);
  const auto model = fit_function(space, history, 1);
  ASSERT_TRUE(model);
  const auto gain = remaining_gain(space, *model, 1, {.next = 5});
  ASSERT_TRUE(gain);
  EXPECT_EQ(gain->expected.size(), 5u);
  EXPECT_LT(gain->possible, 0.2);
  const auto again = remaining_gain(space, *model, 1, {.next = 5});
  EXPECT_EQ(gain->possible, again->possible);
  EXPECT_EQ(gain->certainty, again->certainty);
}

struct ShadowCase {
  const char* name;
  SearchSpace space;
  Objective f;
  int trials;                                          // of the search that is looked at
  std::vector<std::pair<std::size_t, double>> looked;  // random trials, tolerance
};

// Over several searches, as a single one may have looked at too little to tell.
TEST(RandomShadow, AgreesWithRealRandomRuns) {
  constexpr int kSearches = 6;
  const std::vector<ShadowCase> cases = {
      {"branin", unit_cube(2), branin, 40, {{10, 6}, {40, 3}, {200, 4}}},
      {"training", training_space(), training, 60, {{20, 0.04}, {100, 0.04}}},
  };
  for (const ShadowCase& one : cases) {
    for (const char* algorithm : {"random", "gp"}) {
      std::map<std::size_t, ShadowPoint> means;
      for (std::uint64_t seed = 1; seed <= kSearches; ++seed) {
        const History history = run(algorithm, one.space, one.f, one.trials, seed);
        const auto model = fit_function(one.space, history, 1, {.whole_space = true});
        ASSERT_TRUE(model);
        for (const auto& [trials, tolerance] : one.looked) {
          const auto shadow = random_shadow(one.space, *model, 1, trials, {.draws = 32});
          ASSERT_TRUE(shadow);
          const ShadowPoint& last = shadow->points.back();
          EXPECT_EQ(last.trials, trials);
          ShadowPoint& mean = means[trials];
          mean.expected += last.expected / kSearches;
          mean.low += last.low / kSearches;
          mean.high += last.high / kSearches;
        }
      }
      for (const auto& [trials, tolerance] : one.looked) {
        const double real = random_best(one.space, one.f, trials);
        EXPECT_NEAR(means[trials].expected, real, tolerance) << one.name << " after " << algorithm;
        EXPECT_LE(means[trials].low, real + tolerance / 4) << one.name << " after " << algorithm;
        EXPECT_GE(means[trials].high, real - tolerance / 4) << one.name << " after " << algorithm;
      }
    }
  }
}

// Failures that have nothing to do with the configuration must not spoil the picture, and those
// that have cost random search its trials.
TEST(RandomShadow, CountsFailures) {
  const SearchSpace space = unit_cube(2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  History history;
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    const Configuration one = draw_uniform(space, random);
    const bool failed = random.uniform() < 0.1 || one.values[0] < 0.6;
    history.add({i, one, failed ? Status::kFailed : Status::kComplete, failed ? nan : branin(one)});
  }
  const auto shadow = random_shadow(space, history, 1, 50);
  ASSERT_TRUE(shadow);
  const auto partly = [](const Configuration& one) {
    return one.values[0] < 0.6 ? 300.0 : branin(one);
  };
  EXPECT_NEAR(shadow->points.back().expected, random_best(space, partly, 45), 2);
  const auto gain = remaining_gain(space, history, 1);
  ASSERT_TRUE(gain);
  EXPECT_LT(gain->possible, 10);
}

TEST(RandomShadow, OnlyFalls) {
  const SearchSpace space = unit_cube(2);
  const History history = run("gp", space, branin, 50);
  const auto model = fit_function(space, history, 1, {.whole_space = true});
  ASSERT_TRUE(model);
  const auto shadow = random_shadow(space, *model, 1, 300);
  ASSERT_TRUE(shadow);
  EXPECT_EQ(shadow->points.front().trials, 1u);
  EXPECT_LE(shadow->points.size(), 100u);
  for (std::size_t k = 1; k < shadow->points.size(); ++k) {
    EXPECT_LE(shadow->points[k].expected, shadow->points[k - 1].expected);
    EXPECT_LE(shadow->points[k].low, shadow->points[k].high);
    EXPECT_GT(shadow->points[k].trials, shadow->points[k - 1].trials);
  }
}

// Of uniform points fewer than one in 60,000 are as good as what a search has found; some of the
// models are not sure of what is far from its trials.
TEST(RandomShadow, CannotTellHowLongItWouldTakeBesideAGoodSearch) {
  const SearchSpace space = unit_cube(2);
  int told = 0;
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    const auto shadow = random_shadow(space, run("gp", space, branin, 50, seed), 1, 50);
    ASSERT_TRUE(shadow);
    told += shadow->trials_to_best ? 1 : 0;
  }
  EXPECT_LT(told, 5);
}

TEST(RandomShadow, SaysHowManyRandomTrialsAreAsGoodAsTheBest) {
  const SearchSpace space = unit_cube(2);
  for (const std::size_t trials : {30u, 60u}) {
    const History history = run("random", space, branin, trials);
    double best = std::numeric_limits<double>::infinity();
    for (const Observation& one : history.observations()) {
      best = std::min(best, one.value);
    }
    Random random(9);
    constexpr int kDraws = 100'000;
    int as_good = 0;
    for (int i = 0; i < kDraws; ++i) {
      as_good += branin(draw_uniform(space, random)) <= best ? 1 : 0;
    }
    const auto shadow = random_shadow(space, history, 1, trials);
    ASSERT_TRUE(shadow && shadow->trials_to_best) << trials;
    const double real = kDraws / static_cast<double>(as_good);
    EXPECT_GT(*shadow->trials_to_best, real / 2) << trials;
    EXPECT_LT(*shadow->trials_to_best, real * 2) << trials;
  }
}

TEST(RandomShadow, SurvivesExtremesAndManyDimensions) {
  for (const double unit : {1e300, 1e-300}) {
    const SearchSpace space = unit_cube(3);
    const auto f = [&](const Configuration& one) { return unit * one.values[0]; };
    const auto model = fit_function(space, run("random", space, f, 12), 1);
    ASSERT_TRUE(model);
    const auto shadow = random_shadow(space, *model, 1, 30);
    ASSERT_TRUE(shadow);
    EXPECT_TRUE(std::isfinite(shadow->points.back().expected));
    ASSERT_TRUE(remaining_gain(space, *model, 1));
  }
  std::vector<Parameter> parameters;
  for (int i = 0; i < 60; ++i) {
    parameters.push_back(i % 2 == 0 ? real("x" + std::to_string(i), 0, 1)
                                    : choice("c" + std::to_string(i), 30));
  }
  const SearchSpace space(parameters, {});
  const auto f = [](const Configuration& one) { return one.values[0] + one.values[1]; };
  const auto model = fit_function(space, run("random", space, f, 30), 1, {.members = 1});
  ASSERT_TRUE(model);
  EXPECT_TRUE(random_shadow(space, *model, 1, 30, {.draws = 8}));
  EXPECT_TRUE(remaining_gain(space, *model, 1, {.candidates = 64, .draws = 16}));
}

}  // namespace
}  // namespace automl::search
