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

}  // namespace
}  // namespace automl::search
