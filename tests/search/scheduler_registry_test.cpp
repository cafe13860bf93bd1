// SPDX-License-Identifier: Apache-2.0
#include "search/scheduler_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using ::testing::HasSubstr;

std::string complaint(const std::string& name, const Options& options) {
  const SearchSpace space = testing::unit_cube(1);
  try {
    make_scheduler(name, options, space, {});
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

TEST(SchedulerRegistry, MakesEverySchedulerWithItsWrittenDefaults) {
  const SearchSpace space = testing::unit_cube(2);
  for (const std::string& name : scheduler_names()) {
    Options options;
    for (const OptionHelp& help : scheduler_options(name)) {
      EXPECT_FALSE(help.help.empty());
      options[help.name] = help.default_value;
    }
    EXPECT_TRUE(make_scheduler(name, options, space, {})) << name;
    EXPECT_TRUE(make_scheduler(name, {}, space, {})) << name;
  }
}

TEST(SchedulerRegistry, RefusesWhatDoesNotExist) {
  EXPECT_THAT(complaint("ashe", {}), HasSubstr("there are median, "));
  EXPECT_THAT(complaint("asha", {{"eta", "3"}}), HasSubstr("it has min, max, reduction, variant"));
  EXPECT_THAT(complaint("asha", {{"variant", "both"}}), HasSubstr("one of stop, promote"));
  EXPECT_THAT(complaint("asha", {{"min", "0"}}), HasSubstr("min must be a number from 1"));
  EXPECT_THAT(complaint("asha", {{"min", "1.5"}}), HasSubstr("whole"));
  EXPECT_THAT(complaint("asha", {{"reduction", "1"}}), HasSubstr("from 1.5"));
  EXPECT_THAT(complaint("asha", {{"reduction", "nan"}}), HasSubstr("nan"));
  EXPECT_THAT(complaint("asha", {{"min", "9"}, {"max", "9"}}), HasSubstr("greater than min"));
  EXPECT_THAT(complaint("hyperband", {{"min", "99"}}), HasSubstr("greater than min"));
  EXPECT_THAT(complaint("threshold", {{"lower", "2"}, {"upper", "1"}}), HasSubstr("lower"));
  EXPECT_THAT(complaint("pbt", {{"exploit", "copy"}}), HasSubstr("tournament"));
  EXPECT_THAT(complaint("pbt", {{"fraction", "0.6"}}), HasSubstr("0.5"));
  EXPECT_THAT(complaint("curve", {{"probability", "0"}}), HasSubstr("probability"));
  EXPECT_EQ(complaint("threshold", {{"upper", "inf"}}), "");
}

TEST(SchedulerRegistry, LimitsMustFitTheSpace) {
  for (const char* name : {"pbt", "pb2"}) {
    EXPECT_EQ(complaint(name, {{"limits", "x0 -1 2"}}), "");
    EXPECT_THAT(complaint(name, {{"limits", "x0 0.1 2"}}), HasSubstr("must contain its range"));
    EXPECT_THAT(complaint(name, {{"limits", "y 0 1"}}), HasSubstr("there is no parameter y"));
    EXPECT_THAT(complaint(name, {{"limits", "x0 -1"}}), HasSubstr("NAME LOW HIGH"));
  }
}

}  // namespace
}  // namespace automl::search
