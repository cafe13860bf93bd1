// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace automl::engine::study_file {

namespace {

using ::testing::HasSubstr;

std::string with(std::string text, const std::string& setting) {
  EXPECT_EQ(put_setting(text, setting), "") << setting;
  return text;
}

TEST(Setting, ReplacesAValueAndLeavesTheRestAsItIsWritten) {
  EXPECT_EQ(with("parallel: 2   # slots\nseed: 7\n", "parallel=8"),
            "parallel: 8   # slots\nseed: 7\n");
  EXPECT_EQ(with("budget: {trials: 40, time: 2h}  # why\n", "budget.trials=100"),
            "budget: {trials: 100, time: 2h}  # why\n");
  EXPECT_EQ(with("budget: {trials: 40, time: 2h}\n", "budget.time=3h"),
            "budget: {trials: 40, time: 3h}\n");
  EXPECT_EQ(with("study: 'it''s'\nseed: 1", "study=other"), "study: other\nseed: 1");
  EXPECT_EQ(with("a: \"x\\\"y\"\n", "a=z"), "a: z\n");
}

TEST(Setting, ReplacesWholeSections) {
  EXPECT_EQ(with("space:\n  lr: {float: [1e-5, 1], log: true}  # }\n  depth: {int: [1, 3]}\n",
                 "space.lr={float: [0, 1]}"),
            "space:\n  lr: {float: [0, 1]}  # }\n  depth: {int: [1, 3]}\n");
  EXPECT_EQ(with("space:\n  lr:\n    float: [0, 1]\n    # a remark\n    log: true\n\n  x: 1\n",
                 "space.lr={int: [1, 2]}"),
            "space:\n  lr: {int: [1, 2]}\n\n  x: 1\n");
  EXPECT_EQ(with("forbid:\n- a == 1\n- b == 2\nseed: 1\n", "forbid=[]"), "forbid: []\nseed: 1\n");
  EXPECT_EQ(with("command: |\n  one\n  two\nseed: 1\n", "command=three"),
            "command: three\nseed: 1\n");
  EXPECT_EQ(with("space: {kind: {choice: [it's, 'a}', b]}, x: 1}\n", "space.kind={bool: true}"),
            "space: {kind: {bool: true}, x: 1}\n");
}

TEST(Setting, AddsWhatIsNotThere) {
  EXPECT_EQ(with("study: a", "budget.trials=5"), "study: a\nbudget: {trials: 5}\n");
  EXPECT_EQ(with("budget: {time: 1h}\n", "budget.trials=5"), "budget: {trials: 5, time: 1h}\n");
  EXPECT_EQ(with("budget: {}\n", "budget.trials=5"), "budget: {trials: 5}\n");
  EXPECT_EQ(with("space:\n  lr:\n    float: [0, 1]\n", "space.lr.log=true"),
            "space:\n  lr:\n    log: true\n    float: [0, 1]\n");
}

TEST(Setting, RefusesWhatItCannotDoAndChangesNothing) {
  const std::string before = "budget: 40\nlist: [1, 2]\nfolded: one\n  two\n";
  for (const char* setting : {"budget.trials=5",
                              "list.x=1",
                              "seed",
                              "=1",
                              "a..b=1",
                              "seed=",
                              "seed=[1",
                              "seed=1\nx: 2",
                              "seed=a: b",
                              "seed=&x 1",
                              "folded=three"}) {
    std::string text = before;
    EXPECT_NE(put_setting(text, setting), "") << setting;
    EXPECT_EQ(text, before);
  }
  std::string broken = "study: [";
  EXPECT_THAT(put_setting(broken, "seed=1"), HasSubstr("edit the file itself"));
}

}  // namespace

}  // namespace automl::engine::study_file
