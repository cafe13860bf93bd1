// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/conformance/executor/site.hpp"

namespace automl::executor {

namespace {

using Tokens = std::vector<std::string>;

TEST_P(ExecutorConformance, HasAName) { EXPECT_NE(executor().capabilities().name, ""); }

TEST_P(ExecutorConformance, FindsAndListsWhatItLaunched) {
  const LaunchRequest request = site().request();
  const LaunchResult result = executor().launch(request);
  ASSERT_TRUE(result.handle) << result.error;
  EXPECT_EQ(result.error, "");
  EXPECT_NE(*result.handle, "");
  site().wait_until_up(request.token);
  const Finding finding = executor().find(request.token);
  EXPECT_EQ(finding.token, request.token);
  EXPECT_EQ(finding.presence, Presence::kRunning);
  EXPECT_FALSE(finding.exit);
  EXPECT_EQ(listed(), Tokens{request.token});
  EXPECT_EQ(listed(), Tokens{request.token}) << "what runs is listed each time";
  EXPECT_EQ(site().starts(request.token), 1);
  EXPECT_TRUE(site().anything_lives(request.token));
}

TEST_P(ExecutorConformance, TellsAttemptsApart) {
  const std::string first = launch();
  const std::string second = launch();
  Tokens both = {first, second};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(listed(), both);
  executor().cancel(first);
  EXPECT_EQ(wait_for(first, Presence::kGone).token, first);
  EXPECT_EQ(presence(second), Presence::kRunning);
  EXPECT_TRUE(site().anything_lives(second));
}

TEST_P(ExecutorConformance, ARepeatedLaunchStartsNoSecondRunner) {
  const LaunchRequest request = site().request();
  const auto first = executor().launch(request);
  const auto at_once = executor().launch(request);
  EXPECT_TRUE(at_once.handle) << at_once.error;
  site().wait_until_up(request.token);
  const auto later = executor().launch(request);
  EXPECT_EQ(later.handle, first.handle);
  site().restart();
  EXPECT_EQ(executor().launch(request).handle, first.handle);
  site().wait_a_moment();
  EXPECT_EQ(listed(), Tokens{request.token});
  EXPECT_EQ(site().starts(request.token), 1);
}

TEST_P(ExecutorConformance, ARepeatedLaunchOfADeadOneStartsNoSecondRunner) {
  const LaunchRequest request = site().request();
  ASSERT_TRUE(executor().launch(request).handle);
  site().wait_until_up(request.token);
  site().kill_runner(request.token);
  executor().launch(request);
  wait_for_listed(request.token, Presence::kGone);
  EXPECT_EQ(site().starts(request.token), 1);
  EXPECT_FALSE(site().anything_lives(request.token));
}

TEST_P(ExecutorConformance, AFailingLaunchIsAValue) {
  site().let_launches_fail(true);
  const LaunchRequest request = site().request();
  for (int i = 0; i < 2; ++i) {
    const LaunchResult result = executor().launch(request);
    EXPECT_FALSE(result.handle);
    EXPECT_NE(result.error, "");
  }
  site().let_launches_fail(false);
  EXPECT_EQ(presence(request.token), Presence::kGone);
  EXPECT_EQ(listed(), Tokens{});
  site().restart();
  EXPECT_EQ(listed(), Tokens{}) << "a launch that failed leaves nothing";
  EXPECT_EQ(site().starts(request.token), 0);
  const LaunchResult again = executor().launch(request);
  EXPECT_TRUE(again.handle) << again.error;
  site().wait_until_up(request.token);
  EXPECT_EQ(site().starts(request.token), 1);
}

TEST_P(ExecutorConformance, KnowsNothingOfAnUnknownToken) {
  const std::string known = launch();
  const std::string token = site().request().token;
  const Finding finding = executor().find(token);
  EXPECT_EQ(finding.token, token);
  EXPECT_EQ(finding.presence, Presence::kGone);
  EXPECT_EQ(finding.handle, "");
  EXPECT_FALSE(finding.exit);
  EXPECT_EQ(listed(), Tokens{known}) << "looking for it has not made it known";
}

TEST_P(ExecutorConformance, CapacityNamesEachNodeAndGpuOnce) {
  const auto before = executor().capacity();
  ASSERT_FALSE(before.empty());
  std::set<std::string> names;
  for (const idl::Node& node : before) {
    EXPECT_TRUE(names.insert(node.name).second) << node.name;
    EXPECT_GT(node.cpus, 0);
    EXPECT_GT(node.memory_bytes, 0);
    std::set<std::int32_t> indices;
    for (const idl::Gpu& gpu : node.gpus) {
      EXPECT_TRUE(indices.insert(gpu.index).second) << gpu.index;
      EXPECT_GE(gpu.index, 0);
    }
  }
  const std::string token = launch();
  EXPECT_EQ(executor().capacity(), before) << "what is there, not what is free";
  executor().cancel(token);
  EXPECT_EQ(executor().capacity(), before);
}

}  // namespace

}  // namespace automl::executor
