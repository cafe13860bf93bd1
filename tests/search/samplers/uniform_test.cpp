// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/uniform.hpp"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/enumeration.hpp"
#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::whole;

std::optional<Allowed> draw(const SearchSpace& space) {
  Random random(1);
  return draw_allowed(space, random, 16, [&] { return draw_uniform(space, random); });
}

TEST(DrawAllowed, FindsASliverOfAContinuousSpace) {
  const SearchSpace space({real("x", 0, 1), real("y", 0, 1)},
                          {{{{0, Relation::kLess, {0.9999999}}}}});
  const auto found = draw(space);
  ASSERT_TRUE(found);
  EXPECT_TRUE(space.valid(found->configuration));
  EXPECT_THAT(found->note, ::testing::HasSubstr("forbidden"));
}

TEST(DrawAllowed, ChangesSeveralParametersWhenItMust) {
  // Every clause alone leaves a way out that another one closes.
  const SearchSpace space({whole("a", 0, 999), whole("b", 0, 999), choice("c", 4)},
                          {{{{0, Relation::kLess, {998}}}},
                           {{{1, Relation::kNotEqual, {17}}}},
                           {{{2, Relation::kAnyOf, {0, 1, 3}}}}});
  const auto found = draw(space);
  ASSERT_TRUE(found);
  EXPECT_TRUE(space.valid(found->configuration));
}

TEST(DrawAllowed, SwitchesAParameterOffThroughItsParent) {
  const SearchSpace space(
      {choice("kind", 2), testing::when(real("x", 0, 1), 0, Relation::kEqual, 1)},
      {{{{1, Relation::kLessOrEqual, {1}}}}});
  const auto found = draw(space);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->configuration.active(1));
}

TEST(DrawAllowed, GivesUpWhenNothingIsAllowed) {
  const SearchSpace space({real("x", 0, 1)}, {{{{0, Relation::kLessOrEqual, {1}}}}});
  EXPECT_FALSE(draw(space));
}

TEST(DrawAllowedProperty, FindsWhateverAFiniteSpaceAllows) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const SearchSpace space = testing::random_space(seed, 4);
    const auto found = draw(space);
    if (found) {
      RC_ASSERT(space.valid(found->configuration));
      return;
    }
    Enumeration all(space, 0);
    for (std::uint64_t i = 0; all.size() < 10'000 && i < all.size(); ++i) {
      RC_ASSERT(!space.allowed(all.at(i)));
    }
  }));
}

}  // namespace
}  // namespace automl::search
