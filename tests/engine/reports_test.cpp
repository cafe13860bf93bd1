// SPDX-License-Identifier: Apache-2.0
#include "engine/reports.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

TEST(Reports, ARepeatedBatchCountsOnce) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.objectives[0].rule = idl::ValueRule::MEAN_LAST;
  spec.objectives[0].window = 10;
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
  spec.objectives[0].rule = idl::ValueRule::BEST;
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
