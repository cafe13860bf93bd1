// SPDX-License-Identifier: Apache-2.0
// What every sampler promises, whatever its name. A new sampler is covered by being registered.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "search/registry.hpp"
#include "search/samplers/uniform.hpp"
#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

const std::vector<Configuration> kNobody;

class SamplerConformance : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Sampler> make(const SearchSpace& space) {
    return make_sampler(GetParam(), {}, space);
  }
  // How many random spaces a property is checked in.
  static std::uint64_t spaces() { return GetParam() == "gp" ? 10 : 100; }
};

// What trials are judged by: further objectives and outcome constraints.
struct Judged {
  std::size_t further = 0;
  std::size_t constraints = 0;
};

Judged judged(const std::string& name, std::uint64_t seed) {
  return {seed % 3 == 1 && most_objectives(name) > 1 ? 1 + seed % 2 : 0, seed % 4 / 2};
}

Observation finish(std::int64_t trial,
                   const Configuration& configuration,
                   const Judged& by,
                   Random& random) {
  const double value = random.normal();
  const std::uint64_t luck = random.below(10);
  const Status status = luck == 0   ? Status::kFailed
                        : luck == 1 ? Status::kPruned
                                    : Status::kComplete;
  Observation one{trial, configuration, status, value};
  for (std::size_t k = 0; k < by.further && status == Status::kComplete; ++k) {
    one.further.push_back(random.normal());
  }
  for (std::size_t c = 0; c < by.constraints && status == Status::kComplete; ++c) {
    one.constraints.push_back(random.normal());
  }
  return one;
}

// A study of `trials` with two running at a time, its trials ending in any order.
std::vector<Suggestion> study(const std::string& name,
                              const SearchSpace& space,
                              std::uint64_t seed,
                              int trials,
                              bool restart_every_time) {
  auto sampler = make_sampler(name, {}, space);
  std::vector<Suggestion> all;
  std::vector<Configuration> pending;
  History history;
  Random random(seed, 5);
  for (int i = 0; i < trials; ++i) {
    if (restart_every_time) {
      sampler = make_sampler(name, {}, space);
    }
    const auto index = static_cast<std::uint64_t>(i);
    auto one = sampler->suggest({history, pending, index, seed, 1});
    if (one.empty()) {
      break;
    }
    pending.push_back(one[0].configuration);
    all.push_back(std::move(one[0]));
    if (pending.size() > 1) {
      const std::size_t ended = random.below(pending.size());
      history.add(finish(i, pending[ended], judged(name, seed), random));
      pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(ended));
    }
  }
  return all;
}

TEST_P(SamplerConformance, EverySuggestionIsValidAndHasAReason) {
  for (std::uint64_t seed = 0; seed < spaces(); ++seed) {
    SCOPED_TRACE(seed);
    const SearchSpace space = testing::random_space(seed, 9);
    for (const Suggestion& one : study(GetParam(), space, seed, 25, false)) {
      ASSERT_EQ(space.objection(one.configuration), "");
      ASSERT_TRUE(space.valid(one.configuration));
      ASSERT_FALSE(one.reason.empty());
    }
  }
}

TEST_P(SamplerConformance, ARestartChangesNothing) {
  for (std::uint64_t seed = 0; seed < spaces(); ++seed) {
    SCOPED_TRACE(seed);
    const SearchSpace space = testing::random_space(seed, 6);
    const auto through = study(GetParam(), space, seed, 18, false);
    const auto restarted = study(GetParam(), space, seed, 18, true);
    ASSERT_EQ(through.size(), restarted.size());
    for (std::size_t i = 0; i < through.size(); ++i) {
      ASSERT_EQ(through[i].configuration, restarted[i].configuration);
      ASSERT_EQ(through[i].reason, restarted[i].reason);
    }
  }
}

TEST_P(SamplerConformance, ABatchIsAsLongAsAskedFor) {
  const SearchSpace space = testing::unit_cube(3);
  const History history;
  for (const int count : {0, 1, 7}) {
    EXPECT_EQ(make(space)->suggest({history, kNobody, 0, 1, count}).size(),
              static_cast<std::size_t>(count));
  }
}

TEST_P(SamplerConformance, AnEmptySpaceHasOneConfiguration) {
  const SearchSpace space({}, {});
  const auto one = make(space)->suggest({{}, kNobody, 0, 1, 1});
  ASSERT_EQ(one.size(), 1u);
  EXPECT_TRUE(one[0].configuration.values.empty());
}

TEST_P(SamplerConformance, ASpaceWithNothingAllowedGivesNothing) {
  const SearchSpace space({testing::choice("a", 3)}, {{{{0, Relation::kGreaterOrEqual, {0}}}}});
  EXPECT_TRUE(make(space)->suggest({{}, kNobody, 0, 1, 3}).empty());
}

TEST_P(SamplerConformance, StrangeHistoriesAreSurvived) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const SearchSpace space(
      {testing::real("x", 1e-300, 1e300, true),
       testing::choice("c", 30),
       testing::whole("n", 1, 1000),
       testing::when(testing::real("y", -1e308, 1e308), 1, Relation::kLess, 15)},
      {});
  const std::vector<std::vector<double>> values = {
      {5, 5, 5}, {1e300, -1e300, 1e-300}, {-kInfinity, kInactive, kInfinity}, {0, -0.0, 5e-324}};
  for (const std::vector<double>& set : values) {
    for (const Status status : {Status::kComplete, Status::kPruned, Status::kFailed}) {
      for (const int size : {1, 12, 60}) {
        History history;
        Random random(1);
        const Configuration same = draw_uniform(space, random);
        for (int i = 0; i < size; ++i) {
          // Half of them duplicates.
          const Configuration c = i % 2 == 0 ? same : draw_uniform(space, random);
          history.add({i, c, status, set[static_cast<std::size_t>(i) % set.size()]});
        }
        const auto batch = make(space)->suggest({history, {same}, 60, 1, 3});
        ASSERT_EQ(batch.size(), 3u);
        for (const Suggestion& one : batch) {
          EXPECT_EQ(space.objection(one.configuration), "");
        }
      }
    }
  }
}

TEST_P(SamplerConformance, SixtyDimensionsAndThirtyCategoriesWork) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "p" + std::to_string(i);
    parameters.push_back(i % 3 == 0   ? testing::choice(name, 30)
                         : i % 3 == 1 ? testing::real(name, 1e-300, 1e300, true)
                                      : testing::whole(name, 0, 5));
  }
  const SearchSpace space(parameters, {});
  for (const Suggestion& one : study(GetParam(), space, 4, 40, false)) {
    ASSERT_TRUE(space.valid(one.configuration));
  }
}

TEST_P(SamplerConformance, SeedsMatterUnlessTheSequenceIsFixed) {
  const SearchSpace space = testing::unit_cube(4);
  const auto sampler = make(space);
  const History history;
  const auto one = sampler->suggest({history, kNobody, 3, 1, 1});
  const auto other = sampler->suggest({history, kNobody, 3, 2, 1});
  EXPECT_EQ(one[0].configuration == other[0].configuration, GetParam() == "grid");
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         SamplerConformance,
                         ::testing::ValuesIn(algorithm_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace automl::search
