// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

using std::chrono::steady_clock;

TEST(RunnerLimits, EndsAtTheTimeLimitWhatIgnoresSigterm) {
  AttemptRun attempt;
  attempt.order.session.spec.resources.time_s = 1;
  attempt.order.grace_s = 1;
  const auto start = steady_clock::now();
  const auto exit = attempt.run(
      "trap 'echo not yet' TERM; sh -c 'trap \"\" TERM; while :; do sleep 1; done' & "
      "while :; do sleep 0.05; done");
  EXPECT_EQ(exit.cause, idl::ExitCause::TIMEOUT);
  EXPECT_EQ(exit.message, "ran longer than its time limit of 1 s");
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_NE(attempt.output().find("not yet"), std::string::npos);
  EXPECT_GE(steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(RunnerLimits, GivesTheGracePeriodToTheWholeTree) {
  AttemptRun attempt;
  attempt.order.grace_s = 20;
  // The shell dies of the signal at once; what it had started still saves its work.
  attempt.launch(
      "sh -c 'trap \"sleep 0.3; echo saved; exit\" TERM; touch ../../../up; "
      "while :; do sleep 0.02; done' & wait");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_verdict(idl::VerdictAction::STOP, "enough", false);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::STOPPED);
  EXPECT_EQ(record.exits[0].message, "enough");
  EXPECT_NE(attempt.output().find("saved"), std::string::npos);
}

TEST(RunnerLimits, KillsAtOnceWhenToldSo) {
  AttemptRun attempt;
  attempt.order.grace_s = 1'000;
  attempt.launch("trap '' TERM; touch ../../../up; while :; do sleep 0.02; done");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_verdict(idl::VerdictAction::STOP, "stopped by ada", true);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::STOPPED);
  EXPECT_EQ(record.exits[0].signal, SIGKILL);
}

TEST(RunnerLimits, EndsWhatTakesTooMuchMemory) {
  AttemptRun attempt;
  attempt.order.session.spec.resources.memory_bytes = 60 << 20;
  const auto exit = attempt.run(
      "/usr/bin/python3 -c 'import time; x = bytearray(120 << 20); time.sleep(1000)'; true");
  EXPECT_EQ(exit.cause, idl::ExitCause::OUT_OF_MEMORY);
  EXPECT_NE(exit.message.find("its limit is 60 MiB"), std::string::npos) << exit.message;
  EXPECT_GT(exit.peak_memory_bytes, 60 << 20);
}

TEST(RunnerLimits, CountsSharedMemoryOnce) {
  AttemptRun attempt;
  attempt.order.session.spec.resources.memory_bytes = 100 << 20;
  const auto exit = attempt.run(
      "/usr/bin/python3 -c '\n"
      "import os, time\n"
      "x = bytearray(60 << 20)\n"
      "for i in range(4):\n"
      "    if os.fork() == 0:\n"
      "        time.sleep(0.6); os._exit(0)\n"
      "for i in range(4): os.wait()\n'");
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED) << exit.message;
  EXPECT_EQ(exit.code, 0);
}

TEST(RunnerLimits, ReportsProcessorTimeAndMemory) {
  AttemptRun attempt;
  const auto exit = attempt.run(
      "/usr/bin/python3 -c 'import time; x = bytearray(50 << 20); e = time.process_time() + 0.2\n"
      "while time.process_time() < e: pass\n"
      "time.sleep(0.6)'");
  EXPECT_GE(exit.cpu_s, 0.2);
  EXPECT_LT(exit.cpu_s, 5);
  EXPECT_GT(exit.peak_memory_bytes, 50 << 20);
  EXPECT_GT(attempt.gate().record().most_memory_bytes, 50 << 20);
}

TEST(RunnerLimits, OutrunsAForkBomb) {
  AttemptRun attempt;
  attempt.order.session.spec.resources.time_s = 1;
  const auto exit = attempt.run(
      "/usr/bin/python3 -c '\n"
      "import os, signal, time\n"
      "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
      "for i in range(2): os.fork()\n"
      "while True:\n"
      "    if os.fork() > 0: os._exit(0)\n"
      "    os.setsid(); time.sleep(0.002)\n' & sleep 100");
  EXPECT_EQ(exit.cause, idl::ExitCause::TIMEOUT);
}

}  // namespace
}  // namespace automl::executor::testing
