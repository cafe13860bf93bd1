// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/observation_table.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

Observation at(std::int64_t trial, double x) { return {trial, {{x}}, Status::kComplete, 10 * x}; }

TEST(History, HasAnIdentityOfItsOwn) {
  History history;
  history.add(at(0, 0.1));
  const std::uint64_t identity = history.identity();
  history.add(at(1, 0.2));
  EXPECT_EQ(history.identity(), identity);
  History copy = history;
  EXPECT_NE(copy.identity(), identity);
  copy = history;
  EXPECT_NE(copy.identity(), identity);
  const History moved = std::move(history);
  EXPECT_EQ(moved.identity(), identity);
  EXPECT_NE(history.identity(), identity);  // NOLINT(bugprone-use-after-move): it has another one
}

TEST(ObservationTable, FollowsAHistoryAndNoticesAnother) {
  const SearchSpace space = testing::unit_cube(1);
  ObservationTable table(space);
  History history;
  history.add(at(0, 0.1));
  table.read(history);
  History branch = history;
  history.add(at(1, 0.2));
  branch.add(at(1, 0.3));
  table.read(history);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table.value(1), 2);
  table.read(branch);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table.value(1), 3);
  table.read(std::vector<Observation>{at(0, 0.4)});
  EXPECT_EQ(table.value(0), 4);
  table.read(history);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table.value(0), 1);
  EXPECT_EQ(table.value(1), 2);
  history = branch;  // the same object is another history now
  table.read(history);
  EXPECT_EQ(table.value(1), 3);
}

TEST(ObservationTable, CountsWhatIsExactlyAsGoodAsTheBest) {
  const SearchSpace space = testing::unit_cube(1);
  ObservationTable table(space);
  EXPECT_EQ(table.as_good_as_best(8), 0U);
  std::vector<Observation> plain = {{9, {{0.1}}, Status::kComplete, 1},
                                    {3, {{0.2}}, Status::kComplete, 1},
                                    {4, {{0.3}}, Status::kComplete, 2},
                                    {5, {{0.4}}, Status::kPruned, 1},
                                    {6, {{0.5}}, Status::kFailed, 1},
                                    {7, {{0.6}}, Status::kComplete, 1}};
  table.read(plain);
  EXPECT_EQ(table.as_good_as_best(8), 3U);
  EXPECT_EQ(table.as_good_as_best(5), 2U);  // by trial number: 9, 7, 6, 5, 4
  plain.push_back({10, {{0.7}}, Status::kComplete, 0});
  table.read(plain);
  EXPECT_EQ(table.as_good_as_best(8), 1U);
  table.read({{0, {{0.1}}, Status::kFailed, 1}});
  EXPECT_EQ(table.as_good_as_best(8), 0U);
}

TEST(ObservationTable, CountsEqualViolationsUntilAConstraintIsMet) {
  const SearchSpace space = testing::unit_cube(1);
  ObservationTable table(space);
  const auto trial = [](std::int64_t number, double value, std::vector<double> excess) {
    const double x = 0.1 * static_cast<double>(number);
    return Observation{number, {{x}}, Status::kComplete, value, {}, std::move(excess)};
  };
  std::vector<Observation> all = {
      trial(0, 5, {1, 0}), trial(1, 6, {-7, 1}), trial(2, 7, {1, 1}), trial(3, 8, {0.5, 0.5})};
  table.read(all);
  EXPECT_EQ(table.as_good_as_best(8), 3U);
  all.push_back(trial(4, 9, {0, -1}));
  table.read(all);
  EXPECT_EQ(table.as_good_as_best(8), 1U);
  all.push_back(trial(5, 9, {-1, 0}));
  all.push_back(trial(6, 9, {1, 0}));
  table.read(all);
  EXPECT_EQ(table.as_good_as_best(8), 2U);
}

}  // namespace
}  // namespace automl::search
