// SPDX-License-Identifier: Apache-2.0
#include "engine/spec_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"
#include "engine/spec_text.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> refused(const idl::StudySpec& before, const idl::StudySpec& now) {
  std::vector<std::string> keys;
  for (const FixedKey& fixed : compare_specs(before, now).refused) {
    keys.push_back(fixed.key);
  }
  return keys;
}

TEST(SpecDifference, NothingDiffersInTheSame) {
  const idl::StudySpec spec = small_study("s");
  idl::StudySpec drawn = spec;
  drawn.seed = -1;  // the file names none
  EXPECT_TRUE(compare_specs(spec, drawn).none());
}

TEST(SpecDifference, TellsWhatTakesEffectFromNowOn) {
  const idl::StudySpec before = small_study("s");
  idl::StudySpec now = before;
  now.budget.trials = 0;
  now.budget.time_s = 7'200;
  now.budget.__set_target(0.25);
  now.parallel = 4;
  now.resources.memory_bytes = std::int64_t{8} << 30;
  now.resources.time_s = 90;
  now.retries = 3;
  now.max_failures = 9;
  now.priority = 2;
  now.algorithm.name = "gp";
  now.algorithm.options["initial"] = "8";
  const SpecDifference difference = compare_specs(before, now);
  EXPECT_THAT(difference.changes,
              ElementsAre("algorithm: random → {gp: {initial: 8}}",
                          "budget.trials: 3 → none",
                          "budget.time: none → 2h",
                          "budget.target: none → 0.25",
                          "parallel: 1 → 4",
                          "priority: 1 → 2",
                          "resources.memory: none → 8GiB",
                          "resources.time: none → 90s",
                          "retries: 0 → 3",
                          "max_failures: 0 → 9"));
  EXPECT_THAT(difference.refused, IsEmpty());
  EXPECT_TRUE(difference.search);
  EXPECT_FALSE(difference.space);
}

TEST(SpecDifference, RefusesWhatEndedTrialsRestOn) {
  const idl::StudySpec before = small_study("s");
  idl::StudySpec now = before;
  now.name = "t";
  now.datasets = {"/data"};
  now.setup = "requirements.txt";
  now.command = "other";
  now.metrics.resize(1);
  now.objectives[0].rule = idl::ValueRule::BEST;
  now.constraints.resize(1);
  now.scheduler.name = "asha";
  now.inherit = {"r"};
  now.seed = 8;
  now.__set_stop_and_go({});
  now.baseline.resize(1);
  now.enqueue.resize(1);
  EXPECT_THAT(refused(before, now),
              ElementsAre("study",
                          "dataset",
                          "setup",
                          "command",
                          "metrics",
                          "objective",
                          "constraints",
                          "scheduler",
                          "inherit",
                          "seed",
                          "stop_and_go",
                          "baseline",
                          "enqueue"));
}

TEST(SpecDifference, ParametersComeWithADefaultAndKeepTheirKind) {
  idl::StudySpec before = small_study("s");
  before.space.push_back(before.space[0]);
  before.space[1].name = "old";
  idl::StudySpec now = before;
  now.space[0].kind = idl::ParameterKind::INT;
  now.space[1].name = "new";
  EXPECT_THAT(refused(before, now), ElementsAre("space.x", "space.new"));
  now.space[0] = before.space[0];
  now.space[0].log = true;
  now.space[0].low = 0.5;
  now.space[1].__set_default_value(real_value(0.5));
  const SpecDifference difference = compare_specs(before, now);
  EXPECT_THAT(difference.changes,
              ElementsAre("space.x: {float: [0, 1]} → {float: [0.5, 1], log: true}",
                          "space.old: gone",
                          "space.new: new, {float: [0, 1], default: 0.5}"));
  EXPECT_THAT(difference.refused, IsEmpty());
  EXPECT_TRUE(difference.space);
  before.scheduler.name = now.scheduler.name = "pbt";
  EXPECT_THAT(refused(before, now), ElementsAre("space"));
}

TEST(SpecDifference, EntriesThatHaveRunMayBeTakenOut) {
  idl::StudySpec before = small_study("s");
  before.baseline.resize(2);
  before.enqueue.resize(1);
  idl::StudySpec now = before;
  now.baseline.resize(1);
  now.enqueue.clear();
  const SpecDifference difference = compare_specs(before, now);
  EXPECT_THAT(difference.changes,
              ElementsAre("baseline: 2 entries → 1 entry", "enqueue: 1 entry → 0 entries"));
  EXPECT_THAT(difference.refused, IsEmpty());
}

TEST(SpecText, WritesAsAFileWould) {
  idl::Parameter width;
  width.name = "width";
  width.kind = idl::ParameterKind::ORDINAL;
  width.choices = {integer_value(16), integer_value(32)};
  width.__set_default_value(integer_value(32));
  width.conditions.resize(1);
  width.conditions[0].parameter = "depth";
  width.conditions[0].op = idl::ComparisonOp::GREATER_OR_EQUAL;
  width.conditions[0].operands = {integer_value(2)};
  EXPECT_EQ(parameter_text(width), "{ordinal: [16, 32], default: 32, when: {depth: >= 2}}");
  EXPECT_EQ(seconds_text(5'400), "90m");
  EXPECT_EQ(bytes_text(512 << 20), "512MiB");
}

}  // namespace

}  // namespace automl::engine
