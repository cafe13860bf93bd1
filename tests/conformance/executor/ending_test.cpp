// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <random>

#include "tests/conformance/executor/site.hpp"

namespace automl::executor {

namespace {

using Tokens = std::vector<std::string>;

TEST_P(ExecutorConformance, CancelEndsRunnerAndProgramByForce) {
  const std::string token = launch();
  executor().cancel(token);
  wait_for(token, Presence::kGone);
  EXPECT_FALSE(site().anything_lives(token));
  const Finding finding = wait_for_listed(token, Presence::kGone);
  EXPECT_FALSE(finding.exit);
  EXPECT_EQ(listed(), Tokens{}) << "an end is told once";
  executor().cancel(token);
  EXPECT_EQ(presence(token), Presence::kGone);
}

TEST_P(ExecutorConformance, CancelRightAfterLaunchIsNotTooEarly) {
  for (int i = 0; i < 20; ++i) {
    const LaunchRequest request = site().request();
    ASSERT_TRUE(executor().launch(request).handle);
    executor().cancel(request.token);
    wait_for_listed(request.token, Presence::kGone);
    EXPECT_FALSE(site().anything_lives(request.token));
  }
}

TEST_P(ExecutorConformance, CancelOfAnUnknownTokenIsHarmless) {
  const std::string token = launch();
  executor().cancel(site().request().token);
  EXPECT_EQ(presence(token), Presence::kRunning);
  EXPECT_EQ(listed(), Tokens{token});
}

TEST_P(ExecutorConformance, ADeadRunnersProgramIsEnded) {
  const std::string token = launch();
  site().kill_runner(token);
  const Finding finding = wait_for_listed(token, Presence::kGone);
  EXPECT_FALSE(finding.exit);
  EXPECT_FALSE(site().anything_lives(token)) << "gone means that nothing is left";
  EXPECT_EQ(listed(), Tokens{});
  EXPECT_EQ(presence(token), Presence::kGone);
}

TEST_P(ExecutorConformance, TheNextEngineAdoptsWhatRuns) {
  const std::string first = launch();
  const std::string second = launch();
  const std::string handle = executor().find(first).handle;
  site().restart();
  const Finding finding = executor().find(first);
  EXPECT_EQ(finding.presence, Presence::kRunning);
  EXPECT_EQ(finding.handle, handle);
  EXPECT_NE(finding.handle, "");
  EXPECT_EQ(listed().size(), 2U) << "also what nobody has asked for";
  site().restart();
  executor().cancel(second);
  wait_for_listed(second, Presence::kGone);
  EXPECT_FALSE(site().anything_lives(second));
  EXPECT_EQ(listed(), Tokens{first});
  EXPECT_EQ(site().starts(first), 1);
}

TEST_P(ExecutorConformance, TheNextEngineHearsOfAnEndThatNobodySaw) {
  const std::string token = launch();
  site().kill_runner(token);
  site().restart();
  wait_for_listed(token, Presence::kGone);
  EXPECT_FALSE(site().anything_lives(token));
  EXPECT_EQ(site().starts(token), 1);
}

TEST_P(ExecutorConformance, AResultIsDeliveredForADeadRunner) {
  if (!site().leaves_results()) {
    GTEST_SKIP() << "this site's runners have no engine that they could fail to tell";
  }
  const std::string token = launch();
  site().end_runner(token, true);
  const Finding finding = wait_for_listed(token, Presence::kGone);
  EXPECT_FALSE(finding.exit) << "the engine has it from the one who delivered it";
  EXPECT_EQ(site().starts(token), 1);
  EXPECT_EQ(listed(), Tokens{});
}

TEST_P(ExecutorConformance, AResultThatCannotBeDeliveredIsHandedOver) {
  if (!site().leaves_results()) {
    GTEST_SKIP() << "this site's runners have no engine that they could fail to tell";
  }
  const std::string token = launch();
  site().end_runner(token, false);
  const Finding finding = wait_for_listed(token, Presence::kFinished);
  ASSERT_TRUE(finding.exit);
  EXPECT_EQ(finding.exit->code, 5);
  EXPECT_EQ(listed(), Tokens{});
  // An engine that died before it could store it is told again.
  site().restart();
  EXPECT_EQ(wait_for(token, Presence::kFinished).exit->code, 5);
}

TEST_P(ExecutorConformance, SaysSoWhenItCannotTell) {
  if (!site().can_be_cut_off()) {
    GTEST_SKIP() << "this site's runners are on the executor's own machine";
  }
  const std::string token = launch();
  site().cut_off(true);
  EXPECT_EQ(presence(token), Presence::kUnreachable);
  executor().cancel(token);
  EXPECT_TRUE(site().anything_lives(token));
  EXPECT_EQ(wait_for_listed(token, Presence::kUnreachable).token, token);
  site().cut_off(false);
  EXPECT_EQ(presence(token), Presence::kRunning);
}

// Whatever happens in whatever order: what runs is found and listed, what ended is not, and no
// token ever starts two runners.
TEST_P(ExecutorConformance, KeepsAccountThroughAnySequence) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 dice(seed);
    std::map<std::string, LaunchRequest> running;
    Tokens ended;
    for (int step = 0; step < 40; ++step) {
      const unsigned what = dice() % 8;
      if (running.empty() || (what < 3 && running.size() < 5)) {
        const LaunchRequest request = site().request();
        ASSERT_TRUE(executor().launch(request).handle);
        site().wait_until_up(request.token);
        running.emplace(request.token, request);
        continue;
      }
      const auto one = std::next(running.begin(), dice() % running.size());
      const std::string token = one->first;
      if (what == 3) {
        executor().launch(one->second);
      } else if (what == 4) {
        site().restart();
      } else if (what < 7) {
        what == 5 ? executor().cancel(token) : site().kill_runner(token);
        wait_for_listed(token, Presence::kGone);
        EXPECT_FALSE(site().anything_lives(token));
        ended.push_back(token);
        running.erase(one);
      }
      Tokens tokens;
      for (const auto& [each, request] : running) {
        tokens.push_back(each);
        EXPECT_EQ(presence(each), Presence::kRunning);
        EXPECT_EQ(site().starts(each), 1);
      }
      ASSERT_EQ(listed(Presence::kRunning), tokens);
    }
    for (const std::string& token : ended) {
      EXPECT_EQ(presence(token), Presence::kGone);
      EXPECT_EQ(site().starts(token), 1);
    }
    for (const auto& [token, request] : running) {
      executor().cancel(token);
      wait_for_listed(token, Presence::kGone);
    }
  }
}

}  // namespace

}  // namespace automl::executor
