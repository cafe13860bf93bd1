// SPDX-License-Identifier: Apache-2.0
#include "search/search_space.hpp"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/enumeration.hpp"
#include "search/samplers/uniform.hpp"
#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::when;
using testing::whole;

SpaceError error_of(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden = {}) {
  try {
    SearchSpace space(std::move(parameters), std::move(forbidden));
  } catch (const SpaceError& error) {
    return error;
  }
  return {999, "accepted"};
}

TEST(SearchSpace, ShowsThePathOfACycle) {
  const SpaceError error = error_of({real("free", 0, 1),
                                     when(choice("a", 2), 3, Relation::kEqual, 0),
                                     when(choice("b", 2), 1, Relation::kEqual, 0),
                                     when(choice("c", 2), 2, Relation::kEqual, 0)});
  EXPECT_THAT(error.what(), ::testing::HasSubstr("a → b → c → a"));
  EXPECT_EQ(error.parameter, 1u);
  EXPECT_THAT(error_of({when(choice("me", 2), 0, Relation::kEqual, 0)}).what(),
              ::testing::HasSubstr("me → me"));
}

TEST(SearchSpace, RefusesWhatMakesNoSense) {
  using ::testing::HasSubstr;
  EXPECT_THAT(error_of({when(choice("a", 2), 7, Relation::kEqual, 0)}).what(),
              HasSubstr("unknown"));
  EXPECT_THAT(error_of({real("a", 1, 0)}).what(), HasSubstr("empty range"));
  EXPECT_THAT(error_of({real("a", 0, 1, true)}).what(), HasSubstr("logarithmic"));
  EXPECT_THAT(error_of({real("a", 0, kInactive)}).what(), HasSubstr("finite"));
  EXPECT_THAT(error_of({whole("a", 0, 2.5)}).what(), HasSubstr("whole"));
  EXPECT_THAT(error_of({whole("a", 0, 5, -1)}).what(), HasSubstr("step"));
  EXPECT_THAT(error_of({choice("a", 0)}).what(), HasSubstr("no choices"));
  EXPECT_THAT(error_of({choice("a", 2), choice("a", 2)}).what(), HasSubstr("twice"));
  EXPECT_THAT(error_of({choice("a", 2)}, {{{{5, Relation::kEqual, {0}}}}}).what(),
              HasSubstr("unknown"));
  Parameter outside = real("a", 0, 1);
  outside.default_value = 2;
  EXPECT_THAT(error_of({outside}).what(), HasSubstr("default"));
  EXPECT_EQ(error_of({choice("x", 2), real("a", 1, 0)}).parameter, 1u);
}

TEST(SearchSpace, PutsParentsBeforeChildrenWhateverTheOrder) {
  const SearchSpace space({when(real("leaf", 0, 1), 1, Relation::kEqual, 1),
                           when(choice("middle", 2), 2, Relation::kEqual, 0),
                           choice("root", 2)},
                          {});
  EXPECT_EQ(space.order(), (std::vector<std::size_t>{2, 1, 0}));
  EXPECT_TRUE(space.conditional());
}

TEST(SearchSpace, RepairSnapsFillsInAndSwitchesOff) {
  const SearchSpace space({choice("kind", 3),
                           when(whole("depth", 10, 29, 4), 0, Relation::kEqual, 1),
                           when(real("wide", 1e-4, 1, true), 1, Relation::kGreater, 20)},
                          {});
  const auto repaired = [&](std::vector<double> values) {
    return space.repair(Configuration{std::move(values)}).values;
  };
  using ::testing::ElementsAre;
  using ::testing::IsNan;
  EXPECT_THAT(repaired({1, 1e9, 7}), ElementsAre(1, 26, 1));
  EXPECT_THAT(repaired({1, 15.9, 7}), ElementsAre(1, 14, IsNan()));
  EXPECT_THAT(repaired({-4, 15.9, 7}), ElementsAre(0, IsNan(), IsNan()));
  EXPECT_THAT(repaired({1, 22}), ElementsAre(1, 22, ::testing::DoubleNear(0.01, 1e-9)));
}

TEST(SearchSpace, StepsHaveTheDecimalsAUserWrites) {
  Parameter p = real("a", 0, 1);
  p.step = 0.1;
  const SearchSpace space({p}, {});
  for (const double value : {0.0, 0.1, 0.3, 0.6, 0.7, 0.9, 1.0}) {
    EXPECT_EQ(space.objection({{value}}), "");
  }
  EXPECT_THAT(space.objection({{0.36}}),
              ::testing::HasSubstr("off its step; the nearest value is 0.4"));
}

TEST(SearchSpace, SaysWhatIsWrong) {
  const SearchSpace space({choice("kind", 3), when(whole("depth", 10, 29), 0, Relation::kEqual, 1)},
                          {{{{0, Relation::kEqual, {1}}, {1, Relation::kGreater, {20}}}}});
  using ::testing::HasSubstr;
  EXPECT_EQ(space.objection({{1, 20}}), "");
  EXPECT_THAT(space.objection({{1, 25}}), HasSubstr("forbidden"));
  EXPECT_THAT(space.objection({{1, 9}}), HasSubstr("outside 10 to 29"));
  EXPECT_THAT(space.objection({{1, kInactive}}), HasSubstr("depth is missing"));
  EXPECT_THAT(space.objection({{0, 12}}), HasSubstr("conditions do not hold"));
  EXPECT_THAT(space.objection({{0}}), HasSubstr("1 values for 2"));
}

TEST(SearchSpace, CountsConditionalSpacesWithoutListingThem) {
  EXPECT_EQ(SearchSpace({choice("a", 3), whole("b", 1, 4)}, {}).cardinality(100), 12u);
  EXPECT_EQ(SearchSpace({choice("a", 3), whole("b", 1, 4)}, {}).cardinality(11), std::nullopt);
  EXPECT_EQ(testing::unit_cube(1).cardinality(100), std::nullopt);
  EXPECT_EQ(SearchSpace({}, {}).cardinality(1), 1u);
  // a = 0 and a = 1 alone; a = 2 with b = 1, 2 alone and b = 3, 4 with five values of c each.
  const SearchSpace nested({choice("a", 3),
                            when(whole("b", 1, 4), 0, Relation::kEqual, 2),
                            when(choice("c", 5), 1, Relation::kGreater, 2)},
                           {});
  EXPECT_EQ(nested.cardinality(100), 2u + 2u + 2u * 5u);
  // 30 switches with a child each: 4^30 configurations, counted in an instant.
  std::vector<Parameter> switches;
  for (std::size_t i = 0; i < 30; ++i) {
    switches.push_back(choice("s" + std::to_string(i), 2));
  }
  for (std::size_t i = 0; i < 30; ++i) {
    switches.push_back(when(choice("c" + std::to_string(i), 3), i, Relation::kEqual, 1));
  }
  EXPECT_EQ(SearchSpace(switches, {}).cardinality(~std::size_t{0} - 1), std::size_t{1} << 60);
}

TEST(SearchSpaceProperty, RepairIsValidAndIdempotent) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const SearchSpace space = testing::random_space(seed, 8);
    Random random(seed);
    Configuration wild{std::vector<double>(space.size())};
    for (double& value : wild.values) {
      value = random.below(4) == 0 ? kInactive : random.uniform(-1e6, 1e6);
    }
    const Configuration repaired = space.repair(wild);
    RC_ASSERT(space.repair(repaired) == repaired);
    RC_ASSERT(!space.allowed(repaired) || space.valid(repaired));
    RC_ASSERT(space.valid(repaired) == space.objection(repaired).empty());
  }));
}

TEST(SearchSpaceProperty, EnumerationListsEveryConfigurationOnce) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const SearchSpace space = testing::random_space(seed, 4);
    const auto count = space.cardinality(3'000);
    if (!count) {
      return;
    }
    Enumeration all(space, 0);
    SeenConfigurations seen;
    for (std::size_t i = 0; i < *count; ++i) {
      const Configuration one = all.at(i);
      RC_ASSERT(space.repair(one) == one);
      RC_ASSERT(!seen.contains(one));
      seen.add(one);
    }
    // Nothing is missing: what is drawn at random is among them.
    Random random(seed);
    for (int i = 0; i < 50; ++i) {
      RC_ASSERT(seen.contains(draw_uniform(space, random)));
    }
  }));
}

TEST(Configuration, InactiveEntriesAreEqual) {
  const ConfigurationHash hash;
  EXPECT_EQ((Configuration{{1, kInactive}}), (Configuration{{1, -kInactive}}));
  EXPECT_EQ(hash({{1, kInactive}}), hash({{1, -kInactive}}));
  EXPECT_EQ(hash({{0.0}}), hash({{-0.0}}));
  EXPECT_FALSE((Configuration{{1, kInactive}}) == (Configuration{{1, 0}}));
  EXPECT_FALSE((Configuration{{1}}) == (Configuration{{1, 0}}));
}

}  // namespace
}  // namespace automl::search
