// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/neighbour_ranks.hpp"

#include <gtest/gtest.h>

#include "search/samplers/uniform.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::when;

const SearchSpace& space() {
  static const SearchSpace kSpace(
      {choice("kind", 3), real("x", 0, 1), when(real("y", 0, 1), 0, Relation::kEqual, 1)}, {});
  return kSpace;
}

double value(const Configuration& c) {
  return c.values[0] + c.values[1] + (c.active(2) ? 3 * c.values[2] : 0);
}

ObservationTable sampled(int count, std::uint64_t seed, double sign) {
  ObservationTable table(space());
  History history;
  Random random(seed, 1);
  for (int i = 0; i < count; ++i) {
    const Configuration one = draw_uniform(space(), random);
    history.add({i, one, Status::kComplete, sign * value(one)});
  }
  history.add({count, draw_uniform(space(), random), Status::kFailed, 0});
  table.read(history);
  return table;
}

TEST(NeighbourWeight, TellsRelatedTasksFromContraryOnes) {
  const ObservationTable earlier = sampled(100, 1, 1);
  EXPECT_GT(neighbour_weight(space(), earlier, sampled(20, 2, 5)), 0.6);
  EXPECT_EQ(neighbour_weight(space(), earlier, sampled(20, 2, -1)), 0);
  EXPECT_DOUBLE_EQ(neighbour_weight(space(), earlier, sampled(0, 2, 1)), 0.8);
  EXPECT_EQ(neighbour_weight(space(), sampled(0, 1, 1), sampled(20, 2, 1)), 0);
}

}  // namespace
}  // namespace automl::search
