// SPDX-License-Identifier: Apache-2.0
#include "engine/reports.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Final {
  std::optional<double> value;
  std::string why;
};

Final final_of(const std::vector<double>& values,
               idl::ValueRule::type rule,
               idl::Goal::type goal = idl::Goal::MINIMIZE,
               int window = 1) {
  idl::Objective objective;
  objective.metric = "loss";
  objective.rule = rule;
  objective.goal = goal;
  objective.window = window;
  ObjectiveTrace trace;
  std::int64_t sequence = 0;
  for (const double value : values) {
    follow(trace, objective, measured(++sequence, value));
  }
  Final result;
  result.value = final_value(trace, objective, result.why);
  return result;
}

TEST(FinalValue, FollowsTheRule) {
  const std::vector<double> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(final_of(values, idl::ValueRule::LAST).value, 3);
  EXPECT_EQ(final_of(values, idl::ValueRule::BEST).value, 1);
  EXPECT_EQ(final_of(values, idl::ValueRule::BEST, idl::Goal::MAXIMIZE).value, 5);
  EXPECT_EQ(final_of(values, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).value, 2.5);
  EXPECT_EQ(final_of(values, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 100).value, 3);
}

TEST(FinalValue, NotANumberAndInfinityAreFailuresUnlessTheBestIsFinite) {
  EXPECT_EQ(final_of({1, kNan}, idl::ValueRule::LAST).why, "loss is not a number");
  EXPECT_EQ(final_of({kNan, 1}, idl::ValueRule::LAST).value, 1);
  EXPECT_EQ(final_of({1, -kInfinity}, idl::ValueRule::LAST).why, "loss is infinite");
  EXPECT_EQ(final_of({kNan, 2, -kInfinity, 7}, idl::ValueRule::BEST).value, 2);
  EXPECT_EQ(final_of({kNan}, idl::ValueRule::BEST).why, "loss is not a number");
  EXPECT_EQ(final_of({kNan, 1, 1}, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).value, 1);
  EXPECT_EQ(final_of({kNan, 1}, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).why,
            "loss is not a number");
}

TEST(FinalValue, NothingReportedNamesTheMetric) {
  EXPECT_EQ(final_of({}, idl::ValueRule::LAST).why, "ended without reporting loss");
}

TEST(FinalValue, OtherMetricsDontCount) {
  idl::Objective objective;
  objective.metric = "loss";
  objective.rule = idl::ValueRule::LAST;
  ObjectiveTrace trace;
  idl::Measurement measurement;
  measurement.metrics = {{"accuracy", 0.5}};
  follow(trace, objective, measurement);
  EXPECT_FALSE(trace.any);
}

TEST(Reports, ARepeatedBatchCountsOnce) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.objective.rule = idl::ValueRule::MEAN_LAST;
  spec.objective.window = 10;
  engine.submit(spec);
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 1), measured(2, 2)});
  const Payload again = engine.report(token, {measured(1, 1), measured(2, 2), measured(3, 6)});
  EXPECT_EQ(std::get<idl::ReportReply>(again).acknowledged_sequence, 3);
  engine.finish(token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).value, 3);
  const auto stored = engine.storage().load_measurements(engine.trial("s", 0).session_id);
  EXPECT_EQ(stored.size(), 3U);
}

TEST(Reports, AReportBeforeRegisteringIsRefused) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  EXPECT_EQ(refusal(engine.report(token, {measured(1, 1)})), "invalid: register before reporting");
  EXPECT_EQ(refusal(engine.finish(token, exited(0))), "invalid: register before finishing");
}

TEST(Reports, OnlyOneRunnerHoldsAnAttempt) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  EXPECT_TRUE(std::holds_alternative<idl::RunnerOrder>(engine.register_runner(token, "first")));
  EXPECT_EQ(refusal(engine.register_runner(token, "second")),
            "superseded: another runner works on this attempt: first");
  // The same one again, after a lost reply.
  EXPECT_TRUE(std::holds_alternative<idl::RunnerOrder>(engine.register_runner(token, "first")));
}

TEST(Reports, UnknownTokensAreSuperseded) {
  DrivenCore engine;
  EXPECT_EQ(refusal(engine.register_runner("nobody's")),
            "superseded: this attempt is over; stop its command");
  EXPECT_EQ(refusal(engine.report("nobody's", {measured(1, 1)})),
            "superseded: this attempt is over; stop its command");
  EXPECT_EQ(refusal(engine.finish("nobody's", exited(0))), "superseded: this attempt is over");
}

TEST(Reports, MeasurementsBeforeARestartCountForTheFinalValue) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.objective.rule = idl::ValueRule::BEST;
  engine.submit(spec);
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.25)});
  engine.restart();
  engine.report(token, {measured(2, 0.75)});
  engine.finish(token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).value, 0.25);
}

}  // namespace

}  // namespace automl::engine
