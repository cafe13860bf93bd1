// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <signal.h>
#include <string>

#include <gtest/gtest.h>

#include "tests/executor/runner/attempt_run.hpp"
#include "tests/executor/runner/vfork.hpp"

namespace automl::executor::testing {
namespace {

void read_metric(AttemptRun& attempt, const std::string& metric, const std::string& pattern) {
  idl::MetricPattern& one = attempt.order.session.spec.metrics.emplace_back();
  one.metric = metric;
  one.pattern = pattern;
}

TEST(Runner, ReportsOutputMetricsAndExit) {
  AttemptRun attempt;
  read_metric(attempt, "loss", "loss=([-0-9.e]+|nan|inf)");
  const auto exit = attempt.run("echo hello; echo 'step 1 loss=0.5.'; echo 'loss=1e-3' >&2");
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED);
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(exit.message, "");
  EXPECT_EQ(exit.last_sequence, 2);
  EXPECT_GT(exit.started_ms, 1'600'000'000'000);
  EXPECT_GE(exit.ended_ms, exit.started_ms);
  EXPECT_GT(exit.peak_memory_bytes, 100'000);
  ASSERT_EQ(exit.matches.size(), 1U);
  EXPECT_EQ(exit.matches[0].count, 2);
  EXPECT_EQ(exit.matches[0].first_line, "step 1 loss=0.5.");
  EXPECT_EQ(exit.matches[0].last_line, "loss=1e-3");
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 2U);
  EXPECT_EQ(record.measurements[0].metrics.at("loss"), 0.5);
  EXPECT_EQ(record.measurements[0].step, 0);
  EXPECT_EQ(record.measurements[1].metrics.at("loss"), 1e-3);
  EXPECT_EQ(record.measurements[1].step, 1);
  EXPECT_NE(record.log.find("Z out hello\n"), std::string::npos) << record.log;
  EXPECT_NE(record.log.find("Z err loss=1e-3\n"), std::string::npos);
  EXPECT_EQ(record.log.find("20"), 0U);
}

TEST(Runner, TakesStepsFromAPatternOfThatName) {
  AttemptRun attempt;
  read_metric(attempt, "step", "epoch (\\d+)");
  read_metric(attempt, "acc", "acc=(\\S+)|accuracy (\\S+)");
  attempt.run("echo epoch 5 acc=0.25; echo epoch 9 accuracy 0.5%");
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 2U);
  EXPECT_EQ(record.measurements[0].step, 5);
  EXPECT_EQ(record.measurements[1].step, 9);
  EXPECT_EQ(record.measurements[1].metrics, (std::map<std::string, double>{{"acc", 0.5}}));
}

TEST(Runner, KeepsNotANumber) {
  AttemptRun attempt;
  read_metric(attempt, "loss", "loss=(\\S+)");
  const auto exit = attempt.run("echo loss=nan; echo loss=-inf");
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 2U);
  EXPECT_TRUE(std::isnan(record.measurements[0].metrics.at("loss")));
  EXPECT_EQ(record.measurements[1].metrics.at("loss"), -INFINITY);
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED);
}

TEST(Runner, SaysWhyNoMetricCame) {
  AttemptRun attempt;
  attempt.order.session.spec.required_metric = "loss";
  read_metric(attempt, "loss", "loss=(\\d+)");
  const auto exit = attempt.run("echo one; echo two");
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED);
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(exit.last_sequence, 0);
  EXPECT_EQ(exit.message, "its pattern 'loss=(\\d+)' matched none of 2 lines");
}

TEST(Runner, SaysWhyOneOfSeveralMetricsDidNotCome) {
  AttemptRun attempt;
  attempt.order.session.spec.required_metric = "loss";
  attempt.order.session.spec.further_required = {"reported_otherwise", "latency_ms"};
  read_metric(attempt, "loss", "loss=(\\d+)");
  read_metric(attempt, "latency_ms", "lat=(\\d+)");
  const auto exit = attempt.run("echo loss=1; echo two");
  EXPECT_EQ(exit.message, "its pattern 'lat=(\\d+)' matched none of 2 lines");
}

TEST(Runner, TellsFailuresApart) {
  struct Case {
    const char* command;
    int code;
    int signal;
    const char* message;
  };
  const Case cases[] = {
      {"echo 'ValueError: too bad' >&2; exit 3", 3, 0, "exited with code 3: ValueError: too bad"},
      {"kill -SEGV $$", 0, SIGSEGV, "killed by signal 11 (SIGSEGV)"},
      {"sh -c 'kill -ABRT $$'; exit $?", 134, 0, "exited with code 134, signal 6 (SIGABRT)"},
      {"no-such-program", 127, 0, "exited with code 127: /bin/sh: 1: no-such-program: not found"},
  };
  for (const Case& one : cases) {
    AttemptRun attempt;
    const auto exit = attempt.run(one.command);
    EXPECT_EQ(exit.cause, one.signal != 0 ? idl::ExitCause::SIGNALED : idl::ExitCause::EXITED)
        << one.command;
    EXPECT_EQ(exit.code, one.code) << one.command;
    EXPECT_EQ(exit.signal, one.signal) << one.command;
    EXPECT_EQ(exit.message.substr(0, std::string(one.message).size()), one.message);
  }
}

TEST(Runner, SaysWhyTheCommandNeverStarted) {
  if (kVforkIsFork) {
    GTEST_SKIP();
  }
  {
    AttemptRun attempt;
    attempt.order.session.spec.datasets = {"/no/such/data"};
    const auto exit = attempt.run("true");
    EXPECT_EQ(exit.cause, idl::ExitCause::NOT_STARTED);
    EXPECT_EQ(exit.message, "the dataset /no/such/data is not on this machine");
    EXPECT_NE(attempt.output().find("automl: the dataset /no/such/data"), std::string::npos);
  }
  {
    AttemptRun attempt;
    attempt.order.session.spec.working_directory = "/no/such/folder";
    EXPECT_EQ(attempt.run("true").message, "the folder /no/such/folder is gone");
  }
  {
    AttemptRun attempt;
    read_metric(attempt, "loss", "loss=(");
    const auto exit = attempt.run("true");
    EXPECT_EQ(exit.cause, idl::ExitCause::NOT_STARTED);
    EXPECT_EQ(exit.message, "the pattern of metric loss does not compile");
  }
  {
    AttemptRun attempt;
    const auto exit = attempt.run("echo " + std::string(200'000, 'x'));
    EXPECT_EQ(exit.cause, idl::ExitCause::NOT_STARTED);
    EXPECT_EQ(exit.message,
              "the command cannot be started: the program /bin/sh: Argument list too long");
  }
}

TEST(Runner, GivesTheProgramItsEnvironment) {
  AttemptRun attempt;
  const std::string data = attempt.home() + "/digits-small";
  std::filesystem::create_directories(data);
  attempt.order.session.study_id = 1;
  attempt.order.study = "digits";
  attempt.order.trial_number = 12;
  attempt.order.attempt.placement.gpus = {1, 3};
  attempt.order.session.spec.datasets = {data};
  attempt.order.session.spec.environment = {{"COLOUR", "green"}, {"AUTOML_ATTEMPT", "none"}};
  attempt.run(
      "env; cat $AUTOML_PARAMS; echo; pwd; touch $AUTOML_OUTPUT/model; ls -l /proc/self/fd");
  const std::string output = attempt.output();
  const std::string session = attempt.home() + "/sessions/7";
  for (const std::string& line : {std::string("AUTOML_SESSION=ada/digits/7"),
                                  std::string("AUTOML_STUDY=digits"),
                                  std::string("AUTOML_TRIAL=12"),
                                  "AUTOML_DATASET=" + data,
                                  "AUTOML_DATASET_DIGITS_SMALL=" + data,
                                  "AUTOML_OUTPUT=" + session + "/output",
                                  "AUTOML_CHECKPOINT=" + session + "/checkpoint",
                                  std::string("CUDA_VISIBLE_DEVICES=1,3"),
                                  std::string("CUDA_DEVICE_ORDER=PCI_BUS_ID"),
                                  std::string("OMP_NUM_THREADS=2"),
                                  std::string("COLOUR=green"),
                                  std::string("PYTHONPATH=" AUTOML_SOURCE_DIR "/sdk/python"),
                                  std::string("{\"lr\": 0.1}"),
                                  attempt.directory().work()}) {
    EXPECT_NE(("\n" + output).find("\n" + line + "\n"), std::string::npos) << line << "\n"
                                                                           << output;
  }
  EXPECT_EQ(output.find("AUTOML_TOKEN"), std::string::npos);
  EXPECT_EQ(output.find("AUTOML_ATTEMPT=none"), std::string::npos);
  EXPECT_EQ(output.find(" 4 -> "), std::string::npos) << "a file of the runner is open: " << output;
  EXPECT_TRUE(std::filesystem::exists(session + "/output/model"));
}

TEST(Runner, HidesGpusThatAreNotItsOwn) {
  AttemptRun attempt;
  attempt.run("echo \"[$CUDA_VISIBLE_DEVICES]\"");
  EXPECT_NE(attempt.output().find("[]\n"), std::string::npos);
}

TEST(Runner, LeavesNothingBehind) {
  AttemptRun attempt;
  const auto exit = attempt.run(
      "setsid sleep 1000 & (setsid sh -c 'sleep 1001 & sleep 1002' &) ;"
      "sh -c 'trap \"\" TERM HUP; echo stubborn > ../../../up; sleep 1003; sleep 1004' &"
      "(kill -STOP $$$ 2>/dev/null; sleep 1005) &"
      "while [ ! -e ../../../up ]; do sleep 0.01; done");
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED);
  EXPECT_EQ(exit.code, 0);
}

TEST(Runner, LeavesNoLockedFolderBehind) {
  AttemptRun attempt;
  attempt.run("mkdir -p a/b; touch a/b/c; chmod 0 a/b a");
}

TEST(Runner, EndsTheProgramWhenItIsToldToEnd) {
  AttemptRun attempt;
  attempt.launch(
      "trap 'echo saving; exit 0' TERM; touch ../../../up; while true; do sleep 0.01; done");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  kill(attempt.runner(), SIGTERM);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::STOPPED);
  EXPECT_NE(attempt.output().find("saving"), std::string::npos);
}

TEST(Runner, DiesWithItsProgram) {
  AttemptRun attempt;
  attempt.launch("touch ../../../up; exec sleep 1000");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  kill(attempt.runner(), SIGKILL);
  EXPECT_EQ(attempt.wait(), -1);
  for (int i = 0; i < 1'000 && !attempt.processes().empty(); ++i) {
    usleep(1'000);
  }
  EXPECT_TRUE(attempt.processes().empty());
  // A second runner does not run it again.
  attempt.start_runner();
  EXPECT_EQ(attempt.wait(), 1);
  EXPECT_NE(attempt.read("runner.log").find("was started before"), std::string::npos);
}

TEST(Runner, WritesWhoItIs) {
  AttemptRun attempt;
  attempt.launch("touch ../../../up; exec sleep 1000");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  const auto identity =
      ProcessIdentity::parse(read_file(attempt.directory().runner()).value_or(""));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->pid, attempt.runner());
  EXPECT_EQ(attempt.gate().record().handles, std::vector<std::string>{identity->text()});
}

}  // namespace
}  // namespace automl::executor::testing
