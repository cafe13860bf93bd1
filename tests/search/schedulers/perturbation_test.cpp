// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/perturbation.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

TEST(Perturb, MultipliesWithinTheRange) {
  const Parameter rate = testing::real("lr", 1e-4, 1, true);
  EXPECT_DOUBLE_EQ(perturb(rate, 0.01, 1.2), 0.012);
  EXPECT_DOUBLE_EQ(perturb(rate, 0.01, 0.8), 0.008);
  EXPECT_EQ(perturb(rate, 0.9, 1.2), 1);
  EXPECT_EQ(perturb(rate, 1e-4, 0.8), 1e-4);
}

TEST(Perturb, LeavesZeroAgain) {
  const Parameter momentum = testing::real("m", 0, 1);
  EXPECT_DOUBLE_EQ(perturb(momentum, 0.5, 0.8), 0.4);
  EXPECT_DOUBLE_EQ(perturb(momentum, 0, 1.2), 0.01);
  EXPECT_EQ(perturb(momentum, 0, 0.8), 0);
  const Parameter shift = testing::real("s", -2, 2);
  EXPECT_DOUBLE_EQ(perturb(shift, -1, 1.2), -0.8);
  EXPECT_DOUBLE_EQ(perturb(shift, 0, 0.8), -0.04);
}

TEST(Perturb, MovesLevelsByOneAtLeast) {
  Parameter layers = testing::whole("n", 1, 64);
  EXPECT_EQ(perturb(layers, 2, 1.2), 3);
  EXPECT_EQ(perturb(layers, 2, 0.8), 1);
  EXPECT_EQ(perturb(layers, 50, 1.2), 60);
  EXPECT_EQ(perturb(layers, 64, 1.2), 64);
  EXPECT_EQ(perturb(layers, 1, 0.8), 1);
  layers.log = true;
  EXPECT_EQ(perturb(layers, 1, 1.2), 2);
  const Parameter stepped = testing::whole("w", 32, 256, 32);
  EXPECT_EQ(perturb(stepped, 96, 1.2), 128);
  Parameter ordinal = testing::choice("o", 4);
  ordinal.kind = Kind::kOrdinal;
  EXPECT_EQ(perturb(ordinal, 1, 1.2), 2);
  EXPECT_EQ(perturb(ordinal, 0, 0.8), 0);
  EXPECT_EQ(perturb(testing::choice("c", 4), 1, 1.2), 1);
}

TEST(ParseLimits, ReadsAndRefuses) {
  const Limits limits = parse_limits("lr 1e-6 10, momentum 0 0.999");
  EXPECT_EQ(limits.at("lr"), (std::pair{1e-6, 10.0}));
  EXPECT_EQ(limits.at("momentum"), (std::pair{0.0, 0.999}));
  EXPECT_TRUE(parse_limits("").empty());
  for (const char* wrong : {"lr", "lr 1", "lr a b", "lr 0 inf", "lr 0 nan", "lr 1 2 3", ",lr 1"}) {
    EXPECT_THROW(parse_limits(wrong), std::invalid_argument) << wrong;
  }
}

TEST(Widened, KeepsStepsAndRefusesWhatIsNarrower) {
  const SearchSpace space({testing::real("lr", 0.01, 0.1, true),
                           testing::whole("w", 32, 256, 32),
                           testing::choice("c", 2)},
                          {});
  const SearchSpace wide = widened(space, parse_limits("lr 1e-3 1, w 1 300"));
  EXPECT_EQ(wide[0].low, 1e-3);
  EXPECT_EQ(wide[1].low, 32);
  EXPECT_TRUE(wide.valid({{0.001, 288, 1}}));
  EXPECT_FALSE(space.valid({{0.001, 288, 1}}));
  for (const char* wrong : {"lr 0.05 1", "lr 0 1", "c 0 5", "x 0 1", "w 64 256"}) {
    EXPECT_THROW(widened(space, parse_limits(wrong)), std::invalid_argument) << wrong;
  }
}

TEST(Explore, PerturbsThreeInFourAndResamplesTheRest) {
  const SearchSpace space({testing::real("lr", 1e-6, 1, true)}, {});
  Random random(3);
  int shrunk = 0;
  int grown = 0;
  for (int i = 0; i < 4000; ++i) {
    const double x = explore(space, space, {{1e-3}}, {}, random).configuration.values[0];
    shrunk += std::abs(x - 8e-4) < 1e-12;
    grown += std::abs(x - 1.2e-3) < 1e-12;
  }
  EXPECT_NEAR(shrunk, 1500, 120);
  EXPECT_NEAR(grown, 1500, 120);
}

TEST(Explore, MayLeaveTheRangeUpToTheLimits) {
  const SearchSpace space({testing::real("lr", 0.1, 0.2)}, {});
  const SearchSpace limits = widened(space, parse_limits("lr 0.05 0.3"));
  Configuration at{{0.2}};
  PerturbOptions options;
  options.resample = 0;
  Random random(1);
  std::set<double> met;
  for (int i = 0; i < 200; ++i) {
    at = explore(space, limits, at, options, random).configuration;
    ASSERT_TRUE(limits.valid(at));
    met.insert(at.values[0]);
  }
  EXPECT_EQ(*met.begin(), 0.05);
  EXPECT_EQ(*met.rbegin(), 0.3);
}

TEST(Explore, StaysValidInAnySpace) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const SearchSpace space = testing::random_space(seed, 8);
    Configuration at = space.defaults();
    if (!space.valid(at)) {
      continue;
    }
    Random random(seed);
    for (int i = 0; i < 30; ++i) {
      at = explore(space, space, at, {}, random).configuration;
      ASSERT_EQ(space.objection(at), "");
    }
  }
}

TEST(Explore, KeepsTheConfigurationWhereNothingElseIsAllowed) {
  const SearchSpace space({testing::choice("a", 2)}, {{{{0, Relation::kGreaterOrEqual, {0}}}}});
  Random random(1);
  const Explored explored = explore(space, space, {{1}}, {}, random);
  EXPECT_EQ(explored.configuration.values[0], 1);
  EXPECT_EQ(explored.note, "unchanged, as nothing else is allowed");
}

}  // namespace
}  // namespace automl::search
