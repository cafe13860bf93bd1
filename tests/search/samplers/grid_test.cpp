// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/grid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::when;
using testing::whole;

std::vector<std::vector<double>> values_of(const std::vector<Suggestion>& suggestions) {
  std::vector<std::vector<double>> values;
  for (const Suggestion& one : suggestions) {
    values.push_back(one.configuration.values);
  }
  return values;
}

const History kNothing;
const std::vector<Configuration> kNobody;

TEST(GridSampler, WalksThroughAllCombinations) {
  const SearchSpace space({whole("a", 1, 5, 2), real("b", 0.01, 1, true)}, {});
  GridSampler grid(space, 3);
  const auto all = values_of(grid.suggest({kNothing, kNobody, 0, 1, 100}));
  ASSERT_EQ(all.size(), 9u);
  EXPECT_THAT(all[0], ::testing::Pointwise(::testing::DoubleEq(), {1.0, 0.01}));
  EXPECT_THAT(all[1], ::testing::Pointwise(::testing::DoubleEq(), {1.0, 0.1}));
  EXPECT_THAT(all[8], ::testing::Pointwise(::testing::DoubleEq(), {5.0, 1.0}));
}

TEST(GridSampler, InactiveParametersDoNotMultiply) {
  const SearchSpace space({choice("a", 2), when(choice("b", 3), 0, Relation::kEqual, 1)}, {});
  GridSampler grid(space, 3);
  EXPECT_EQ(grid.suggest({kNothing, kNobody, 0, 1, 100}).size(), 4u);
}

TEST(GridSampler, GoesOnAtTheIndexWithForbiddenOnesLeftOut) {
  const SearchSpace space({whole("a", 0, 9)}, {{{{0, Relation::kEqual, {2}}}}});
  for (const std::uint64_t index : {5, 0, 3, 8}) {
    GridSampler grid(space, 10);
    const auto rest = values_of(grid.suggest({kNothing, kNobody, index, 1, 100}));
    ASSERT_EQ(rest.size(), 9 - index);
    EXPECT_EQ(rest.front().front(), static_cast<double>(index < 2 ? index : index + 1));
  }
  GridSampler grid(space, 10);
  EXPECT_TRUE(grid.suggest({kNothing, kNobody, 9, 1, 1}).empty());
  EXPECT_TRUE(grid.suggest({kNothing, kNobody, 1'000, 1, 1}).empty());
}

TEST(GridSampler, StepsOverLongForbiddenStretches) {
  // 20 allowed ones, after 900,000 forbidden ones per value of `b`, of which there are a thousand.
  const SearchSpace space({whole("b", 0, 999), whole("a", 0, 999'999)},
                          {{{{1, Relation::kLess, {900'000}}}},
                           {{{0, Relation::kLess, {500}}}},
                           {{{1, Relation::kGreaterOrEqual, {900'020}}}}});
  GridSampler grid(space, 10);
  const auto found = values_of(grid.suggest({kNothing, kNobody, 19, 1, 2}));
  EXPECT_THAT(found,
              ::testing::ElementsAre(::testing::ElementsAre(500, 900'019),
                                     ::testing::ElementsAre(501, 900'000)));
}

TEST(GridSampler, SkipsWhatABaselineTookAndComesBackForWhatItMissed) {
  const SearchSpace space({whole("a", 0, 3)}, {});
  History history;
  history.add({0, {{2}}, Status::kComplete, 1});
  const std::vector<Configuration> pending{{{1}}};
  GridSampler grid(space, 10);
  EXPECT_THAT(values_of(grid.suggest({history, pending, 2, 1, 5})),
              ::testing::ElementsAre(::testing::ElementsAre(3), ::testing::ElementsAre(0)));
}

TEST(GridSampler, HandlesMoreCombinationsThanANumberHolds) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 60; ++i) {
    parameters.push_back(real("x" + std::to_string(i), 0, 1));
  }
  const SearchSpace space(parameters, {});
  GridSampler grid(space, 10);
  const auto few = grid.suggest({kNothing, kNobody, 123'456, 1, 2});
  ASSERT_EQ(few.size(), 2u);
  EXPECT_TRUE(space.valid(few[0].configuration));
  EXPECT_FALSE(few[0].configuration == few[1].configuration);
}

}  // namespace
}  // namespace automl::search
