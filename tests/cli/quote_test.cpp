// SPDX-License-Identifier: Apache-2.0
#include "cli/quote.hpp"

#include <gtest/gtest.h>

#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

idl::StudySpec spec(std::int64_t trials, int parallel) {
  idl::StudySpec result = digits_status().study.spec;
  result.budget.trials = trials;
  result.parallel = parallel;
  return result;
}

TEST(Quote, IsAboutTheTimeOfOneTrialTimesTheRounds) {
  const Quote quote = quote_of(spec(100, 4), {60}, 4);
  // 25 rounds of a minute; the mean of a log-normal with spread 0.5 is 1.13 times its median.
  EXPECT_NEAR(quote.likely_s, 25 * 60 * 1.13, 300);
  EXPECT_GT(quote.careful_s, 1.5 * quote.likely_s);
  EXPECT_LT(quote.careful_s, 2.5 * quote.likely_s);
  EXPECT_NEAR(quote.likely_work_s, 100 * 60 * 1.13, 1'000);
}

TEST(Quote, CountsRepeatsOfWinnerAndBaseline) {
  idl::StudySpec compared = spec(10, 1);
  compared.compare_seeds = 5;
  EXPECT_EQ(quote_of(compared, {60}, 1).trials, 20);
  EXPECT_GT(quote_of(compared, {60}, 1).likely_s, 1.5 * quote_of(spec(10, 1), {60}, 1).likely_s);
}

TEST(Quote, NarrowsWithMoreTrialsMeasured) {
  const std::vector<double> many(50, 60);
  const Quote one = quote_of(spec(100, 1), {60}, 1);
  const Quote sure = quote_of(spec(100, 1), many, 1);
  EXPECT_LT(sure.careful_s / sure.likely_s, 1.1);
  EXPECT_GT(one.careful_s / one.likely_s, 1.5);
}

TEST(Quote, KeepsToTheLimits) {
  idl::StudySpec limited = spec(100, 1);
  limited.resources.time_s = 50;
  EXPECT_LE(quote_of(limited, {60}, 1).careful_s, 5'000);
  limited.budget.time_s = 600;
  EXPECT_EQ(quote_of(limited, {60}, 1).careful_s, 600);
}

TEST(Quote, ScalesToLargeBudgets) {
  const Quote quote = quote_of(spec(1'000'000, 1), {1}, 1);
  EXPECT_NEAR(quote.likely_s / 1.13e6, 1, 0.2);
}

TEST(Quote, IsTheSameEveryTime) {
  EXPECT_EQ(quote_of(spec(100, 4), {60, 70}, 4).careful_s,
            quote_of(spec(100, 4), {60, 70}, 4).careful_s);
}

TEST(Slots, AreWhatFitsOnTheNodes) {
  idl::Node node;
  node.cpus = 8;
  node.memory_bytes = 16'000'000'000;
  idl::StudySpec wanted = spec(10, 6);
  EXPECT_EQ(slots_of(wanted, {node}), 6);
  wanted.resources.cpus = 4;
  EXPECT_EQ(slots_of(wanted, {node}), 2);
  EXPECT_EQ(slots_of(wanted, {node, node}), 4);
  wanted.resources.memory_bytes = 10'000'000'000;
  EXPECT_EQ(slots_of(wanted, {node}), 1);
  wanted.resources.gpus = 1;
  EXPECT_EQ(slots_of(wanted, {node}), 1);  // none would fit; the engine refuses that itself
}

TEST(Quote, SaysWhatItRestsOn) {
  const idl::StudySpec asked = spec(100, 4);
  Quote quote;
  quote.trials = 100;
  quote.slots = 2;
  quote.likely_s = 3'400;
  quote.careful_s = 6'000;
  quote.likely_work_s = 6'800;
  quote.careful_work_s = 12'000;
  EXPECT_EQ(quote_text(quote, asked, {60}),
            "  quote        100 trials, 2 at a time (parallel: 4, but no more fit here): 56:40 "
            "(50 %), 1:40:00 (90 %)\n"
            "               CPU time 1.89 h (50 %), 3.33 h (90 %)\n"
            "               from 1 trial of 60 s; durations taken as log-normal, a factor of 1.65 "
            "around that\n");
}

}  // namespace
}  // namespace automl::cli
