// SPDX-License-Identifier: Apache-2.0
#include "search/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using ::testing::HasSubstr;

std::string complaint(const std::string& name, const Options& options) {
  const SearchSpace space = testing::unit_cube(1);
  try {
    make_sampler(name, options, space);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

TEST(Registry, MakesEveryAlgorithmWithItsWrittenDefaults) {
  const SearchSpace space = testing::unit_cube(2);
  for (const std::string& name : algorithm_names()) {
    Options options;
    for (const OptionHelp& help : algorithm_options(name)) {
      EXPECT_FALSE(help.help.empty());
      options[help.name] = help.default_value;
    }
    EXPECT_TRUE(make_sampler(name, options, space)) << name;
    EXPECT_TRUE(make_sampler(name, {}, space)) << name;
  }
  EXPECT_THAT(algorithm_names(), ::testing::IsSupersetOf({"random", "sobol", "grid", "tpe", "gp"}));
}

TEST(Registry, RefusesWhatDoesNotExist) {
  EXPECT_THAT(complaint("annealing", {}), HasSubstr("annealing"));
  EXPECT_THAT(complaint("tpe", {{"gama", "0.1"}}), HasSubstr("gamma"));
  EXPECT_THAT(complaint("random", {{"points", "3"}}), HasSubstr("points"));
  EXPECT_THAT(complaint("tpe", {{"gamma", "two"}}), HasSubstr("two"));
  EXPECT_THAT(complaint("tpe", {{"gamma", "7"}}), HasSubstr("0.999"));
  EXPECT_THAT(complaint("tpe", {{"gamma", "nan"}}), HasSubstr("nan"));
  EXPECT_THAT(complaint("grid", {{"points", "2.5"}}), HasSubstr("whole"));
  EXPECT_EQ(complaint("tpe", {{"gamma", "0.2"}}), "");
}

TEST(ChooseAlgorithm, FollowsSpaceAndBudget) {
  const SearchSpace small({testing::choice("a", 3), testing::choice("b", 4)}, {});
  const SearchSpace cube = testing::unit_cube(3);
  EXPECT_EQ(choose_algorithm(small, {12, 1}).algorithm, "grid");
  EXPECT_EQ(choose_algorithm(small, {11, 1}).algorithm, "gp");
  EXPECT_EQ(choose_algorithm(small, {0, 1}).algorithm, "gp");
  EXPECT_EQ(choose_algorithm(cube, {100, 4}).algorithm, "gp");
  EXPECT_EQ(choose_algorithm(cube, {7, 1}).algorithm, "sobol");
  EXPECT_EQ(choose_algorithm(cube, {5000, 4}).algorithm, "tpe");
  EXPECT_EQ(choose_algorithm(cube, {100, 4, 3}).algorithm, "gp");
  EXPECT_EQ(choose_algorithm(cube, {100, 4, 5}).algorithm, "nsga2");
  EXPECT_EQ(choose_algorithm(cube, {40, 64}).algorithm, "sobol");
  EXPECT_EQ(choose_algorithm(cube, {0, 64}).algorithm, "gp");
  for (const std::int64_t budget : {0, 8, 12, 100}) {
    EXPECT_FALSE(choose_algorithm(small, {budget, 1}).reason.empty());
    EXPECT_FALSE(choose_algorithm(cube, {budget, 1}).reason.empty());
  }
}

}  // namespace
}  // namespace automl::search
