// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/untried.hpp"

#include <gtest/gtest.h>

#include "search/samplers/uniform.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

TEST(DrawUntried, FindsTheLastOneLeftThenSaysThatNoneIs) {
  const SearchSpace space({testing::whole("n", 1, 2000)}, {{{{0, Relation::kEqual, {7}}}}});
  Random random(1);
  const auto but = [](double left) {
    return [left](const Configuration& c) { return c.values[0] != left; };
  };
  const auto left = draw_untried(space, random, but(1234));
  ASSERT_TRUE(left);
  EXPECT_EQ(left->configuration.values[0], 1234);
  const auto none = draw_untried(space, random, but(7));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->found, Untried::Found::kNone);
  EXPECT_NE(none->configuration.values[0], 7);
}

TEST(DrawUntried, IsUnsetWhereNothingIsAllowed) {
  const SearchSpace space({testing::choice("a", 2)}, {{{{0, Relation::kGreaterOrEqual, {0}}}}});
  Random random(1);
  EXPECT_FALSE(draw_untried(space, random, [](const Configuration&) { return false; }));
}

}  // namespace
}  // namespace automl::search
