// SPDX-License-Identifier: Apache-2.0
#include "search/trial_curves.hpp"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

TEST(TrialCurves, KeepsReportsAsTheyArrived) {
  TrialCurves curves;
  curves.start(7, {{0.5}});
  curves.report(7, 3, 1.5);
  curves.report(7, 1, 2.5);
  curves.report(7, 3, 9);
  curves.set_state(7, TrialState::kPaused);
  const Curve& curve = curves.of(7);
  ASSERT_EQ(curve.reports.size(), 3u);
  EXPECT_EQ(curve.reports[1].step, 1);
  EXPECT_EQ(curve.reports[2].value, 9);
  EXPECT_EQ(curve.state, TrialState::kPaused);
  EXPECT_EQ(curves.index_of(7), 0u);
  EXPECT_FALSE(curves.index_of(8));
  EXPECT_EQ(curves.events().size(), 5u);
}

TEST(TrialCurves, RefusesTrialsItDoesNotKnow) {
  TrialCurves curves;
  curves.start(1, {{0.5}});
  EXPECT_THROW(curves.start(1, {{0.5}}), std::invalid_argument);
  EXPECT_THROW(curves.report(2, 1, 0), std::invalid_argument);
  EXPECT_THROW(curves.set_state(2, TrialState::kFailed), std::invalid_argument);
  EXPECT_THROW(curves.exploit(1, {2, 1}, {{0.5}}), std::invalid_argument);
  EXPECT_THROW(curves.exploit(2, {1, 1}, {{0.5}}), std::invalid_argument);
  EXPECT_EQ(curves.events().size(), 1u);
}

TEST(TrialCurves, DigestsTellLogsApart) {
  const auto build = [](double value, std::int64_t step, double parameter, TrialState state) {
    TrialCurves curves;
    curves.start(0, {{parameter}});
    curves.report(0, step, value);
    curves.set_state(0, state);
    return curves.digest(3);
  };
  const auto digest = build(1, 1, 0.5, TrialState::kPaused);
  EXPECT_EQ(digest, build(1, 1, 0.5, TrialState::kPaused));
  EXPECT_NE(digest, build(2, 1, 0.5, TrialState::kPaused));
  EXPECT_NE(digest, build(1, 2, 0.5, TrialState::kPaused));
  EXPECT_NE(digest, build(1, 1, 0.6, TrialState::kPaused));
  EXPECT_NE(digest, build(1, 1, 0.5, TrialState::kFailed));
  EXPECT_EQ(TrialCurves().digest(0), 0u);
}

TEST(Lineage, FollowsTheWeightsNotTheTrial) {
  TrialCurves curves;
  for (const std::int64_t trial : {0, 1, 2}) {
    curves.start(trial, {{0.1 * static_cast<double>(trial)}});
    curves.report(trial, 10, 1);
  }
  curves.exploit(1, {2, 10}, {{0.25}});
  curves.report(1, 20, 1);
  curves.exploit(0, {1, 20}, {{0.3}});
  // What trial 1 does afterwards is no part of trial 0's weights.
  curves.exploit(1, {2, 10}, {{0.9}});
  curves.report(0, 30, 1);
  const std::vector<Ancestor> found = lineage(curves, 0);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].trial, 2);
  EXPECT_EQ(found[0].until, 10);
  EXPECT_EQ(found[0].configuration.values[0], 0.2);
  EXPECT_EQ(found[1].trial, 1);
  EXPECT_EQ(found[1].until, 20);
  EXPECT_EQ(found[1].configuration.values[0], 0.25);
  EXPECT_EQ(found[2].trial, 0);
  EXPECT_EQ(found[2].until, 30);
  EXPECT_EQ(found[2].configuration.values[0], 0.3);
  EXPECT_EQ(lineage(curves, 2).size(), 1u);
  const std::vector<Ancestor> before = lineage(curves, 0, 0);
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before[0].until, 10);
  EXPECT_EQ(before[0].configuration.values[0], 0);
}

TEST(Lineage, OfOneThatCouldNotTakeOverIsItsOwn) {
  TrialCurves curves;
  curves.start(0, {{0.1}});
  curves.start(1, {{0.2}});
  curves.report(0, 10, 1);
  curves.report(1, 10, 2);
  const std::size_t decided = curves.events().size();
  curves.exploit(1, {0, 10}, {{0.3}}, decided);
  curves.exploit(1, {1, 8}, {{0.3}}, decided);
  curves.report(1, 20, 1);
  const std::vector<Ancestor> found = lineage(curves, 1);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].trial, 1);
  EXPECT_EQ(found[0].until, 8);
  EXPECT_EQ(found[0].configuration.values[0], 0.2);
  EXPECT_EQ(found[1].until, 20);
  EXPECT_EQ(found[1].configuration.values[0], 0.3);
  curves.start_over(1, {{0.4}});
  curves.report(1, 5, 3);
  const std::vector<Ancestor> anew = lineage(curves, 1);
  ASSERT_EQ(anew.size(), 1u);
  EXPECT_EQ(anew[0].until, 5);
  EXPECT_EQ(anew[0].configuration.values[0], 0.4);
  EXPECT_THROW(curves.start_over(7, {{0.4}}), std::invalid_argument);
}

class Counter : public Follower {
 public:
  int events = 0;
  int restarts = 0;

 protected:
  void forget() override {
    events = 0;
    ++restarts;
  }
  void absorb(const TrialCurves&, const TrialCurves::Event&) override { ++events; }
};

TEST(Follower, ReadsOnAndNoticesAnotherLog) {
  TrialCurves curves;
  TrialCurves other;
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    curves.start(trial, {{0.5}});
    other.start(trial, {{0.6}});
  }
  Counter counter;
  counter.follow(curves);
  EXPECT_EQ(counter.events, 3);
  curves.report(0, 1, std::numeric_limits<double>::quiet_NaN());
  counter.follow(curves);
  EXPECT_EQ(counter.events, 4);
  EXPECT_EQ(counter.restarts, 0);
  const TrialCurves copy = curves;
  counter.follow(copy);
  EXPECT_EQ(counter.restarts, 0);
  counter.follow(other);
  EXPECT_EQ(counter.events, 3);
  EXPECT_EQ(counter.restarts, 1);
  counter.follow(TrialCurves());
  EXPECT_EQ(counter.events, 0);
}

}  // namespace
}  // namespace automl::search
