// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <signal.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "executor/runner/spool.hpp"
#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

// Counts to `last`, one line each, then waits for the file `go`.
std::string counting(int last) {
  return "i=0; while [ $i -lt " + std::to_string(last) +
         " ]; do i=$((i+1)); echo n=$i; done; touch ../../../counted; "
         "while [ ! -e ../../../go ]; do sleep 0.01; done; echo n=0";
}

void read_numbers(AttemptRun& attempt) {
  idl::MetricPattern& pattern = attempt.order.session.spec.metrics.emplace_back();
  pattern.metric = "n";
  pattern.pattern = "n=(\\d+)";
}

void expect_all(const GateRecord& record, int last) {
  ASSERT_EQ(record.measurements.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_TRUE(record.in_order);
  for (int i = 0; i < last; ++i) {
    EXPECT_EQ(record.measurements[static_cast<std::size_t>(i)].metrics.at("n"), i + 1);
  }
  EXPECT_EQ(record.measurements.back().metrics.at("n"), 0);
}

void touch(const AttemptRun& attempt, const std::string& name) {
  std::filesystem::create_directory(attempt.home() + "/" + name);
}

TEST(EngineAway, NothingIsLostAndNothingCountedTwice) {
  AttemptRun attempt;
  read_numbers(attempt);
  attempt.launch("touch ../../../up; while [ ! -e ../../../away ]; do sleep 0.01; done; " +
                 counting(3'000));
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().stop();
  touch(attempt, "away");
  ASSERT_TRUE(attempt.wait_for_file("counted")) << "the program waits for the engine";
  EXPECT_TRUE(attempt.gate().record().measurements.empty());
  attempt.gate().start();
  touch(attempt, "go");
  EXPECT_EQ(attempt.wait(), 0);
  expect_all(attempt.gate().record(), 3'000);
  EXPECT_EQ(attempt.gate().record().exits.size(), 1U);
}

TEST(EngineAway, RepliesThatAreLostChangeNothing) {
  AttemptRun attempt;
  read_numbers(attempt);
  attempt.launch(counting(200));
  ASSERT_TRUE(attempt.wait_for_file("counted"));
  attempt.gate().lose_replies(3);
  touch(attempt, "go");
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  expect_all(record, 200);
  EXPECT_GE(record.repeated + record.finishes, 2);
}

TEST(EngineAway, TheLostReplyToARegistrationIsAskedForAgain) {
  AttemptRun attempt;
  attempt.gate().lose_replies(2);
  EXPECT_EQ(attempt.run("true").cause, idl::ExitCause::EXITED);
  EXPECT_EQ(attempt.gate().record().registrations, 3);
}

TEST(EngineAway, TheCommandWaitsForTheEngine) {
  AttemptRun attempt;
  attempt.order.session.spec.command = "touch ../../../up";
  attempt.gate().set_order(attempt.order);
  attempt.start_runner();
  usleep(150'000);
  EXPECT_FALSE(std::filesystem::exists(attempt.home() + "/up"));
  attempt.gate().start();
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_TRUE(std::filesystem::exists(attempt.home() + "/up"));
}

TEST(EngineAway, AStoreInTroubleIsWaitedFor) {
  AttemptRun attempt;
  attempt.launch("touch ../../../up; while [ ! -e ../../../go ]; do sleep 0.01; done; echo bye");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_unavailable(true);
  touch(attempt, "go");
  usleep(200'000);
  EXPECT_EQ(attempt.gate().record().finishes, 0);
  attempt.gate().set_unavailable(false);
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_NE(attempt.output().find("bye"), std::string::npos);
}

TEST(EngineAway, ARunnerTheEngineDoesNotWantLeaves) {
  AttemptRun attempt;
  attempt.gate().supersede();
  attempt.launch("touch ../../../up");
  EXPECT_EQ(attempt.wait(), 1);
  EXPECT_FALSE(std::filesystem::exists(attempt.home() + "/up")) << "the command must not run";
  EXPECT_FALSE(std::filesystem::exists(attempt.directory().path()));
}

TEST(EngineAway, ASupersededAttemptIsKilledAtOnce) {
  AttemptRun attempt;
  attempt.order.grace_s = 1'000;
  attempt.launch("trap '' TERM; setsid sleep 1000 & touch ../../../up; while :; do sleep 1; done");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().supersede();
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_TRUE(attempt.processes().empty());
  EXPECT_EQ(attempt.gate().record().finishes, 0);
  EXPECT_FALSE(std::filesystem::exists(attempt.directory().path()));
}

TEST(EngineAway, AWaitingRunnerThatIsToldToEndLeaves) {
  AttemptRun attempt;
  attempt.start_runner();
  ASSERT_TRUE(attempt.wait_for_file(
      std::filesystem::relative(attempt.directory().runner(), attempt.home()).string()));
  kill(attempt.runner(), SIGTERM);
  EXPECT_EQ(attempt.wait(), 1);
}

// What the command ended with is delivered by another runner when the first one was killed.
TEST(EngineAway, AnotherRunnerDeliversWhatADeadOneLeft) {
  AttemptRun attempt;
  read_numbers(attempt);
  attempt.launch(
      "echo n=1; touch ../../../up; while [ ! -e ../../../go ]; do sleep 0.01; done; "
      "echo n=2; echo last words; echo m > $AUTOML_CHECKPOINT/model");
  ASSERT_TRUE(attempt.gate().wait_for(
      [](const GateRecord& record) { return record.measurements.size() == 1; }));
  attempt.gate().stop();
  touch(attempt, "go");
  const std::string result =
      std::filesystem::relative(attempt.directory().result(), attempt.home()).string();
  ASSERT_TRUE(attempt.wait_for_file(result));
  const std::string handle = read_file(attempt.directory().runner()).value_or("");
  kill(attempt.runner(), SIGKILL);
  EXPECT_EQ(attempt.wait(), -1);
  EXPECT_EQ(Spool::read(attempt.directory().spool()).size(), 2U);
  attempt.gate().start();
  attempt.start_runner(true);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 2U);
  EXPECT_EQ(record.repeated, 0);
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::EXITED);
  EXPECT_EQ(record.exits[0].last_sequence, 2);
  EXPECT_EQ(record.handles, (std::vector<std::string>{handle, handle}));
  EXPECT_NE(attempt.output().find("last words"), std::string::npos);
  EXPECT_EQ(record.checkpoints.size(), 1U) << "saved at the end";
  EXPECT_FALSE(std::filesystem::exists(attempt.directory().path()));
}

// What the program saved counts on the engine's knowing what was measured before.
TEST(EngineAway, MeasurementsOfARunnerThatDiedWithItsProgramAreDelivered) {
  AttemptRun attempt;
  read_numbers(attempt);
  attempt.launch(
      "echo n=1; touch ../../../up; while [ ! -e ../../../go ]; do sleep 0.01; done; "
      "echo n=2; echo n=3; touch ../../../said; sleep 1000");
  ASSERT_TRUE(attempt.gate().wait_for(
      [](const GateRecord& record) { return record.measurements.size() == 1; }));
  attempt.gate().stop();
  touch(attempt, "go");
  ASSERT_TRUE(attempt.wait_for_file("said"));
  for (int i = 0; i < 20'000 && Spool::read(attempt.directory().spool()).size() < 3; ++i) {
    usleep(1'000);
  }
  kill(attempt.runner(), SIGKILL);
  EXPECT_EQ(attempt.wait(), -1);
  attempt.gate().start();
  attempt.start_runner(true);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 3U);
  EXPECT_EQ(record.repeated, 0);
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::LOST);
  EXPECT_EQ(record.exits[0].last_sequence, 3);
  EXPECT_FALSE(std::filesystem::exists(attempt.directory().path()));
}

// The engine may never have heard of it; what was measured counts from there.
TEST(EngineAway, WhatADeadRunnerBeganWithIsDelivered) {
  AttemptRun attempt;
  idl::Checkpoint lost;  // in no store
  lost.session_id = attempt.order.session.id;
  lost.number = 4;
  lost.attempt = 1;
  lost.digest = std::string(64, 'a');
  attempt.order.attempt.number = 2;
  attempt.order.last_checkpoint = lost.number;
  attempt.order.__set_restore(lost);
  attempt.launch("sleep 1000");
  ASSERT_TRUE(
      attempt.gate().wait_for([](const GateRecord& record) { return record.starts.size() == 1; }));
  kill(attempt.runner(), SIGKILL);
  EXPECT_EQ(attempt.wait(), -1);
  attempt.start_runner(true);
  EXPECT_EQ(attempt.wait(), 0);
  const idl::Checkpoint nothing;
  EXPECT_EQ(attempt.gate().record().starts, (std::vector{nothing, nothing}));
}

TEST(EngineAway, AToldRunnerLeavesItsResultForLater) {
  AttemptRun attempt;
  attempt.launch("touch ../../../up; while [ ! -e ../../../go ]; do sleep 0.01; done; exit 4");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().stop();
  touch(attempt, "go");
  ASSERT_TRUE(attempt.wait_for_file(
      std::filesystem::relative(attempt.directory().result(), attempt.home()).string()));
  kill(attempt.runner(), SIGTERM);
  EXPECT_EQ(attempt.wait(), 1);
  const auto result = read_result(attempt.directory());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->code, 4);
}

}  // namespace
}  // namespace automl::executor::testing
