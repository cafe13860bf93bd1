// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <fstream>
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

// The result of a command that is asked to pause once it has made the file `up`.
idl::ExitReport paused(AttemptRun& attempt, const std::string& command) {
  attempt.launch(command);
  EXPECT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_verdict(idl::VerdictAction::PAUSE, "room for others", false);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  EXPECT_EQ(record.exits.size(), 1U);
  EXPECT_TRUE(attempt.processes().empty());
  return record.exits.empty() ? idl::ExitReport() : record.exits.back();
}

std::string script(const AttemptRun& attempt, const std::string& text) {
  const std::string path = attempt.home() + "/train.py";
  std::ofstream(path) << "import automl, os, signal, sys, time\n"
                         "def up(): open('../../../up', 'w').close()\n"
                      << text;
  return "/usr/bin/python3 " + path;
}

TEST(RunnerPause, SignalsTheProgramThatHandlesIt) {
  AttemptRun attempt;
  attempt.order.grace_s = 20;
  const auto exit = paused(attempt,
                           "true && " +
                               script(attempt,
                                      "def save(*_):\n"
                                      "    automl.save('model', b'paused')\n"
                                      "    sys.exit(0)\n"
                                      "signal.signal(signal.SIGUSR1, save)\n"
                                      "up()\n"
                                      "while True: time.sleep(0.01)\n") +
                               "; exit $?");
  EXPECT_EQ(exit.cause, idl::ExitCause::PAUSED);
  EXPECT_EQ(exit.message, "room for others");
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

TEST(RunnerPause, IsTheAnswerToAReport) {
  AttemptRun attempt;
  attempt.order.grace_s = 20;
  const auto exit = paused(attempt,
                           script(attempt,
                                  "step = 0\n"
                                  "while automl.report(step=step, loss=1) == 'continue':\n"
                                  "    step += 1\n"
                                  "    up()\n"
                                  "    time.sleep(0.01)\n"
                                  "assert automl.should_stop()\n"
                                  "automl.save('model', b'paused')\n"
                                  "print(automl.report(loss=2))\n"));
  EXPECT_EQ(exit.cause, idl::ExitCause::PAUSED);
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(attempt.output(), "pause\n");
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

// It would die of SIGUSR1; SIGTERM is what it may know, and nothing is gained by waiting.
TEST(RunnerPause, EndsAtOnceWhatCannotHearOfIt) {
  AttemptRun attempt;
  attempt.order.grace_s = 20;
  const auto start = steady_clock::now();
  const auto exit = paused(attempt,
                           "trap 'echo saved > $AUTOML_CHECKPOINT/model; exit 0' TERM;"
                           "touch ../../../up; while :; do sleep 0.02; done");
  EXPECT_EQ(exit.cause, idl::ExitCause::PAUSED);
  EXPECT_EQ(exit.signal, 0);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

TEST(RunnerPause, EndsWhatDoesNotHeedIt) {
  AttemptRun attempt;
  attempt.order.grace_s = 0.3;
  const auto start = steady_clock::now();
  const auto exit =
      paused(attempt,
             "exec " + script(attempt,
                              "signal.signal(signal.SIGUSR1, lambda *_: print('no'))\n"
                              "signal.signal(signal.SIGTERM, lambda *_: print('never'))\n"
                              "up()\n"
                              "while True: time.sleep(0.01)\n"));
  EXPECT_EQ(exit.cause, idl::ExitCause::PAUSED);
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_EQ(attempt.output(), "no\nnever\n");
  EXPECT_GE(steady_clock::now() - start, std::chrono::milliseconds(600));
}

TEST(RunnerPause, BecomesAStop) {
  AttemptRun attempt;
  attempt.order.grace_s = 1'000;
  attempt.launch(script(attempt,
                        "signal.signal(signal.SIGUSR1, lambda *_: open('../../../heard', 'w'))\n"
                        "up()\n"
                        "while True: time.sleep(0.01)\n"));
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_verdict(idl::VerdictAction::PAUSE, "room for others", false);
  ASSERT_TRUE(attempt.wait_for_file("heard"));
  attempt.gate().set_verdict(idl::VerdictAction::STOP, "stopped by ada", false);
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_EQ(attempt.gate().record().exits.back().cause, idl::ExitCause::STOPPED);
  EXPECT_EQ(attempt.gate().record().exits.back().message, "stopped by ada");
}

TEST(RunnerPause, KeepsACommandFromStarting) {
  AttemptRun attempt;
  attempt.gate().set_verdict(idl::VerdictAction::PAUSE, "room for others", false);
  attempt.order.session.spec.code_digest = "";
  const auto exit = attempt.run("sleep 1; echo ran");
  EXPECT_EQ(exit.cause, idl::ExitCause::PAUSED);
}

}  // namespace
}  // namespace automl::executor::testing
