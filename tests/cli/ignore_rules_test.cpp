// SPDX-License-Identifier: Apache-2.0
#include "cli/ignore_rules.hpp"

#include <gtest/gtest.h>

namespace automl::cli {
namespace {

bool ignores(const std::string& rules, const std::string& path, bool folder = false) {
  IgnoreRules parsed;
  parsed.add(rules);
  return parsed.decision(path, folder).value_or(false);
}

TEST(IgnoreRules, MatchNamesInEveryFolder) {
  EXPECT_TRUE(ignores("*.pt\n", "model.pt"));
  EXPECT_TRUE(ignores("*.pt\n", "deep/down/model.pt"));
  EXPECT_FALSE(ignores("*.pt\n", "model.pt.txt"));
  EXPECT_TRUE(ignores("model?.[ab]\n", "model1.b"));
  EXPECT_FALSE(ignores("# *.pt\n\n", "model.pt"));
}

TEST(IgnoreRules, AnchorAtTheirFolder) {
  EXPECT_TRUE(ignores("/data\n", "data", true));
  EXPECT_FALSE(ignores("/data\n", "src/data", true));
  EXPECT_TRUE(ignores("out/run\n", "out/run", true));
  EXPECT_FALSE(ignores("out/run\n", "deep/out/run", true));
}

TEST(IgnoreRules, CanMeanFoldersOnly) {
  EXPECT_TRUE(ignores("build/\n", "build", true));
  EXPECT_FALSE(ignores("build/\n", "build", false));
}

TEST(IgnoreRules, TakeBack) {
  EXPECT_FALSE(ignores("*.log\n!keep.log\n", "keep.log"));
  EXPECT_TRUE(ignores("!keep.log\n*.log\n", "keep.log"));
  IgnoreRules rules;
  rules.add("!keep.log\n");
  EXPECT_EQ(rules.decision("keep.log", false), false);
  EXPECT_EQ(rules.decision("other.log", false), std::nullopt);
}

TEST(IgnoreRules, StarsCrossFolders) {
  EXPECT_TRUE(ignores("**/cache\n", "cache", true));
  EXPECT_TRUE(ignores("**/cache\n", "a/b/cache", true));
  EXPECT_TRUE(ignores("logs/**\n", "logs/a/b.txt"));
  EXPECT_FALSE(ignores("logs/**\n", "other/a.txt"));
  EXPECT_TRUE(ignores("a/**/b\n", "a/b"));
  EXPECT_TRUE(ignores("a/**/b\n", "a/x/y/b"));
}

TEST(IgnoreRules, ReadOddLines) {
  EXPECT_TRUE(ignores("\\#odd\n", "#odd"));
  EXPECT_TRUE(ignores("\\!odd\n", "!odd"));
  EXPECT_TRUE(ignores("trailing   \r\n", "trailing"));
  EXPECT_FALSE(ignores("/\n!\n", "anything"));
}

}  // namespace
}  // namespace automl::cli
