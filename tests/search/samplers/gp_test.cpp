// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/gp.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/space_encoding.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using ::testing::HasSubstr;
using testing::real;
using ::testing::StartsWith;
using testing::unit_cube;
using testing::when;
using testing::whole;

const std::vector<Configuration> kNobody;

using Function = std::function<double(const Configuration&)>;

History run(const SearchSpace& space,
            const Function& f,
            int trials,
            std::uint64_t seed,
            const GpOptions& options = {}) {
  GpSampler sampler(space, options);
  History history;
  for (int i = 0; i < trials; ++i) {
    auto one = sampler.suggest({history, kNobody, static_cast<std::uint64_t>(i), seed, 1});
    const double value = f(one.at(0).configuration);
    history.add({i, one[0].configuration, Status::kComplete, value});
  }
  return history;
}

double best(const History& history) {
  double value = std::numeric_limits<double>::infinity();
  for (const Observation& one : history.observations()) {
    value = std::min(value, one.value);
  }
  return value;
}

double bowl(const Configuration& c) {
  double sum = 0;
  for (std::size_t i = 0; i < c.values.size(); ++i) {
    sum += std::pow(c.values[i] - 0.3 - 0.1 * static_cast<double>(i), 2);
  }
  return sum;
}

TEST(GpSampler, StartsWithTheDefaultsThenSobolThenTheModel) {
  const SearchSpace space = unit_cube(2);
  GpSampler sampler(space, {});
  History history;
  const auto first = sampler.suggest({history, kNobody, 0, 1, 1});
  EXPECT_EQ(first[0].configuration, space.defaults());
  const auto second = sampler.suggest({history, kNobody, 1, 1, 1});
  EXPECT_THAT(second[0].reason, StartsWith("gp: initial sobol"));
  history = run(space, bowl, 6, 1);
  const auto model = sampler.suggest({history, kNobody, 6, 1, 1});
  EXPECT_THAT(model[0].reason, StartsWith("gp: log expected improvement"));
  ASSERT_EQ(model[0].expected.size(), 1U);
  const auto [mean, low, high] = model[0].expected[0];
  EXPECT_LT(low, mean);
  EXPECT_LT(mean, high);
  EXPECT_LT(mean, history.observations()[0].value);
}

TEST(GpSampler, FindsTheBottomOfABowlInFewTrials) {
  EXPECT_LT(best(run(unit_cube(3), bowl, 25, 1)), 1e-4);
}

TEST(GpSampler, AveragesOverHyperparametersWhereAsked) {
  const SearchSpace space = unit_cube(3);
  GpOptions several;
  several.model.members = 6;
  several.model.members_until = 20;
  const History averaged = run(space, bowl, 30, 1, several);
  EXPECT_LT(best(averaged), 1e-3);
  const History plain = run(space, bowl, 30, 1);
  EXPECT_NE(averaged.observations()[10].configuration, plain.observations()[10].configuration);
  // The samples follow from the history: a new sampler goes on in the same way.
  History begun;
  for (std::size_t i = 0; i < 12; ++i) {
    begun.add(averaged.observations()[i]);
  }
  GpSampler fresh(space, several);
  EXPECT_EQ(fresh.suggest({begun, kNobody, 12, 1, 1}).at(0).configuration,
            averaged.observations()[12].configuration);
}

TEST(GpSampler, FindsTheBestOfMixedAndConditionalSpaces) {
  const SearchSpace space({choice("learner", 3),
                           whole("depth", 1, 12),
                           when(real("rate", 1e-4, 1, true), 0, Relation::kEqual, 1)},
                          {});
  const auto f = [](const Configuration& c) {
    const double depth = 0.02 * std::pow(c.values[1] - 7, 2);
    return c.values[0] == 1 ? depth + 0.1 * std::pow(std::log10(c.values[2]) + 2, 2)
                            : depth + 0.3 * c.values[0] + 0.5;
  };
  EXPECT_LT(best(run(space, f, 40, 1)), 0.01);
}

// Three kinds of model; the best one has its good values in a small part of its space, so that
// another one leads at first.
TEST(GpSampler, LooksForTheBestOfOtherBranches) {
  std::vector<Parameter> parameters = {choice("model", 3)};
  for (int model = 0; model < 3; ++model) {
    for (int i = 0; i < 2; ++i) {
      const std::string name = std::string("p") + std::to_string(model) + std::to_string(i);
      parameters.push_back(when(real(name, 0, 1), 0, Relation::kEqual, model));
    }
  }
  const SearchSpace space(parameters, {});
  const auto f = [](const Configuration& c) {
    constexpr double kFloors[] = {0.1, 0.0, 0.2};
    constexpr double kSlopes[] = {1, 8, 2};
    const auto model = static_cast<std::size_t>(c.values[0]);
    const double x = c.values[1 + 2 * model] - 0.85;
    const double y = c.values[2 + 2 * model] - 0.15;
    return kFloors[model] + kSlopes[model] * (x * x + y * y);
  };
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    EXPECT_LT(best(run(space, f, 110, seed)), 0.01) << seed;
  }
}

// Hartmann's function of three parameters (Dixon and Szegoe 1978) and its least value, -3.86278:
// another valley is 0.77 higher, and wider.
double two_valleys(const Configuration& c) {
  constexpr double kHeights[] = {1, 1.2, 3, 3.2};
  constexpr double kNarrow[][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
  constexpr double kMiddles[][3] = {{0.3689, 0.1170, 0.2673},
                                    {0.4699, 0.4387, 0.7470},
                                    {0.1091, 0.8732, 0.5547},
                                    {0.03815, 0.5743, 0.8828}};
  double value = 3.86278;
  for (int k = 0; k < 4; ++k) {
    double distance = 0;
    for (int i = 0; i < 3; ++i) {
      distance +=
          kNarrow[k][i] * std::pow(c.values[static_cast<std::size_t>(i)] - kMiddles[k][i], 2);
    }
    value -= kHeights[k] * std::exp(-distance);
  }
  return value;
}

// The seeds are those of 40 with which the lower valley was not found as long as the search only
// stayed in the other one and went across from it.
TEST(GpSampler, LooksFarFromTheBestPlaceItKnows) {
  int found = 0;
  for (const std::uint64_t seed : {3, 11, 14, 18, 21, 24, 34, 38}) {
    found += best(run(unit_cube(3), two_valleys, 150, seed)) < 0.7 ? 1 : 0;
  }
  EXPECT_GE(found, 4);
}

TEST(GpSampler, ANewSamplerGoesOnWhereTheLastOneWas) {
  const SearchSpace space = unit_cube(3);
  const History whole_history = run(space, bowl, 70, 2);
  History history;
  for (int i = 0; i < 70; ++i) {
    if (i % 9 == 4) {
      GpSampler fresh(space, {});
      const auto one = fresh.suggest({history, kNobody, static_cast<std::uint64_t>(i), 2, 1});
      EXPECT_EQ(one[0].configuration,
                whole_history.observations()[static_cast<std::size_t>(i)].configuration)
          << i;
    }
    history.add(whole_history.observations()[static_cast<std::size_t>(i)]);
  }
}

TEST(GpSampler, NoticesThatTheHistoryIsAnother) {
  const SearchSpace space = unit_cube(2);
  const History one = run(space, bowl, 20, 1);
  const History other = run(
      space, [](const Configuration& c) { return -bowl(c); }, 20, 1);
  GpSampler used(space, {});
  used.suggest({one, kNobody, 20, 1, 1});
  EXPECT_EQ(used.suggest({other, kNobody, 20, 1, 1})[0].configuration,
            GpSampler(space, {}).suggest({other, kNobody, 20, 1, 1})[0].configuration);
}

TEST(GpSampler, PendingTrialsSpreadOut) {
  const SearchSpace space = unit_cube(2);
  const auto waves = [](const Configuration& c) {
    return std::sin(9 * c.values[0]) + std::sin(9 * c.values[1]);
  };
  const History history = run(space, waves, 6, 1);  // too few to know the best place
  GpSampler sampler(space, {});
  const auto batch = sampler.suggest({history, kNobody, 6, 1, 8});
  ASSERT_EQ(batch.size(), 8u);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = batch[i].configuration.values;
      const auto& b = batch[j].configuration.values;
      EXPECT_GT(std::hypot(a[0] - b[0], a[1] - b[1]), 0.01);
    }
  }
}

// How the values of 120 trials in a long valley fall, 40 at a time, which end as they began.
double last_third_over_first(int crowd) {
  const SearchSpace space = unit_cube(12);
  const auto valley = [](const Configuration& c) {
    double sum = 0;
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      sum += std::pow(1.8, static_cast<double>(i)) * std::pow(c.values[i] - 0.4, 2);
    }
    return sum;
  };
  constexpr int kWorkers = 40;
  constexpr int kTrials = 120;
  GpOptions options;
  options.crowd = crowd;
  GpSampler sampler(space, options);
  History history;
  std::vector<Configuration> pending;
  std::vector<double> values;
  for (int asked = 0; static_cast<int>(values.size()) < kTrials;) {
    for (; static_cast<int>(pending.size()) < kWorkers && asked < kTrials; ++asked) {
      auto one = sampler.suggest({history, pending, static_cast<std::uint64_t>(asked), 1, 1});
      pending.push_back(one.at(0).configuration);
    }
    values.push_back(valley(pending.front()));
    history.add({static_cast<std::int64_t>(values.size()),
                 pending.front(),
                 Status::kComplete,
                 values.back()});
    pending.erase(pending.begin());
  }
  const auto middle = [&](int first) {
    std::vector<double> third(values.begin() + first, values.begin() + first + kWorkers);
    std::nth_element(third.begin(), third.begin() + kWorkers / 2, third.end());
    return third[kWorkers / 2];
  };
  return middle(kTrials - kWorkers) / middle(0);
}

TEST(GpSampler, ManyWorkersAreNotAllLedAstrayByOneModel) {
  EXPECT_LT(last_third_over_first(4), 0.07);
  EXPECT_GT(last_third_over_first(1000), 0.1);  // as if they were few
}

TEST(GpSampler, UsesUpASmallSpaceBeforeItRepeats) {
  const SearchSpace space({choice("a", 3), whole("n", 1, 5)}, {{{{0, Relation::kEqual, {2}}}}});
  const auto f = [](const Configuration& c) { return c.values[0] + c.values[1]; };
  const History history = run(space, f, 12, 3);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NE(history.observations()[i].configuration.values[0], 2);
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(history.observations()[i].configuration ==
                   history.observations()[j].configuration);
    }
  }
}

TEST(GpSampler, FailedTrialsAreAvoided) {
  const SearchSpace space = unit_cube(1);
  History history;
  for (int i = 0; i < 20; ++i) {
    const double x = (i + 0.5) / 20;
    history.add({i, {{x}}, x > 0.5 ? Status::kFailed : Status::kComplete, x > 0.5 ? 0 : -x});
  }
  GpSampler sampler(space, {});
  int failing = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    failing += sampler.suggest({history, kNobody, 20, seed, 1})[0].configuration.values[0] > 0.55;
  }
  EXPECT_LE(failing, 2);
}

TEST(GpSampler, ManyTrialsAreModelledAroundTheBest) {
  const SearchSpace space = unit_cube(3);
  History history;
  Random random(5);
  for (int i = 0; i < 1200; ++i) {
    Configuration c{{random.uniform(), random.uniform(), random.uniform()}};
    const double value = bowl(c);
    history.add({i, std::move(c), Status::kComplete, value});
  }
  const auto found = GpSampler(space, {}).suggest({history, kNobody, 1201, 1, 1});
  EXPECT_LT(bowl(found.at(0).configuration), best(history));
}

TEST(GpSampler, WithoutTimeLeavesTheRestToTpe) {
  const SearchSpace space = unit_cube(2);
  const History history = run(space, bowl, 12, 1);
  int calls = 0;
  Request request{history, kNobody, 12, 1, 3, [&] { return ++calls > 0; }};
  GpSampler sampler(space, {});
  for (const Suggestion& one : sampler.suggest(request)) {
    EXPECT_THAT(one.reason, StartsWith("gp: no time left for the model, so tpe: "));
    EXPECT_TRUE(space.valid(one.configuration));
  }
  EXPECT_GT(calls, 3);
  request.expired = {};  // what was given up leaves nothing behind
  const auto fresh = GpSampler(space, {}).suggest(request);
  const auto after = sampler.suggest(request);
  ASSERT_EQ(after.size(), 3U);
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].configuration.values, fresh[i].configuration.values);
    EXPECT_THAT(after[i].reason, HasSubstr("log expected improvement"));
  }
}

TEST(GpSampler, SurvivesWhatCannotBeModelled) {
  const SearchSpace space = unit_cube(2);
  for (const double value : {0.0, 5.0, 1e300, 1e-300, -1e300}) {
    for (const int size : {1, 5, 30}) {
      History same;
      History constant;
      for (int i = 0; i < size; ++i) {
        same.add({i, {{0.5, 0.5}}, Status::kComplete, value * i});
        constant.add({i, {{0.01 * i, 0.3}}, Status::kComplete, value});
      }
      for (const History* history : {&same, &constant}) {
        GpOptions options;
        options.initial = 1;
        const auto found = GpSampler(space, options).suggest({*history, kNobody, 30, 1, 2});
        ASSERT_EQ(found.size(), 2u);
        EXPECT_TRUE(space.valid(found[0].configuration));
        EXPECT_TRUE(space.valid(found[1].configuration));
      }
    }
  }
}

}  // namespace
}  // namespace automl::search
