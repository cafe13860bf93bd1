// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

void read_metric(AttemptRun& attempt, const std::string& metric, const std::string& pattern) {
  idl::MetricPattern& one = attempt.order.session.spec.metrics.emplace_back();
  one.metric = metric;
  one.pattern = pattern;
}

TEST(RunnerOutput, AGigabyteIsDrainedAndTheEndsKept) {
  AttemptRun attempt;
  read_metric(attempt, "loss", "loss=(\\S+)");
  attempt.order.log_limit_bytes = 4 << 20;
  const auto start = std::chrono::steady_clock::now();
  const auto exit = attempt.run(
      "echo first; yes 'a line of output as programs print them, epoch after epoch' | "
      "head -c 1073741824; echo; echo loss=0.25; echo last");
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::cout << "drained " << 1024 / elapsed.count() << " MiB/s\n";
  EXPECT_EQ(exit.code, 0);
  EXPECT_GT(exit.log_bytes_dropped, 1'000'000'000);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 1U);
  EXPECT_EQ(record.measurements[0].metrics.at("loss"), 0.25);
  EXPECT_LE(record.log.size(), (4U << 20) + 200);
  EXPECT_GT(record.log.size(), 2U << 20);
  EXPECT_NE(record.log.find("Z out first\n"), std::string::npos);
  EXPECT_NE(record.log.find("bytes of output were dropped here]\n"), std::string::npos);
  EXPECT_EQ(record.log.substr(record.log.size() - 10), " out last\n");
}

TEST(RunnerOutput, ALineOfTenMegabytesIsCut) {
  AttemptRun attempt;
  read_metric(attempt, "early", "early=(\\d+)");
  read_metric(attempt, "late", "late=(\\d+)");
  attempt.order.log_limit_bytes = 64 << 20;
  const auto exit = attempt.run(
      "printf early=1; head -c 10000000 /dev/zero | tr '\\0' x; echo late=2; echo late=3");
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(exit.log_bytes_dropped, 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 2U);
  EXPECT_EQ(record.measurements[0].metrics.at("early"), 1);
  EXPECT_EQ(record.measurements[1].metrics.at("late"), 3) << "beyond 64 KiB nothing is matched";
  std::size_t marks = 0;
  for (const char c : record.log) {
    marks += c == 'x' ? 1 : 0;
  }
  EXPECT_EQ(marks, 10'000'000U);
  EXPECT_NE(record.log.find("Z out+ x"), std::string::npos);
}

TEST(RunnerOutput, GarbageBecomesText) {
  AttemptRun attempt;
  const auto exit = attempt.run("head -c 300000 /dev/urandom; printf '\\nna\\303\\257ve\\n'");
  EXPECT_EQ(exit.code, 0);
  const std::string output = attempt.output();
  EXPECT_EQ(output.find('\0'), std::string::npos);
  EXPECT_EQ(output.find('\x1b'), std::string::npos);
  EXPECT_NE(output.find("na\xc3\xafve\n"), std::string::npos);
}

TEST(RunnerOutput, ProgressBarsAreLines) {
  AttemptRun attempt;
  read_metric(attempt, "loss", "loss=(\\S+)");
  attempt.run("printf ' 10%% loss=3\\r 50%% loss=2\\r100%% loss=1\\r\\ndone\\r\\n'");
  EXPECT_EQ(attempt.gate().record().measurements.size(), 3U);
  EXPECT_EQ(attempt.output(), " 10% loss=3\n 50% loss=2\n100% loss=1\ndone\n");
}

TEST(RunnerOutput, ALastLineWithoutEndCounts) {
  AttemptRun attempt;
  read_metric(attempt, "loss", "loss=(\\S+)");
  attempt.run("printf loss=7");
  EXPECT_EQ(attempt.gate().record().measurements.size(), 1U);
}

TEST(RunnerOutput, APatternThatExplodesIsGivenUp) {
  AttemptRun attempt;
  read_metric(attempt, "bad", "(x+x+)+[yz]");
  read_metric(attempt, "good", "good=(\\d+)");
  attempt.run(
      "i=0; while [ $i -lt 40 ]; do i=$((i+1)); "
      "echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done; echo good=1");
  EXPECT_EQ(attempt.gate().record().measurements.size(), 1U);
  EXPECT_NE(attempt.output().find("the pattern of bad takes too long"), std::string::npos);
}

TEST(RunnerOutput, TooManyMeasurementsKeepTheLast) {
  AttemptRun attempt;
  read_metric(attempt, "n", "n=(\\d+)");
  attempt.order.log_limit_bytes = 1 << 20;
  const auto exit = attempt.run("seq -f 'n=%.0f' 1200000");
  const GateRecord record = attempt.gate().record();
  EXPECT_TRUE(record.in_order);
  ASSERT_EQ(record.measurements.size(), 1'000'001U);
  EXPECT_EQ(record.measurements.back().metrics.at("n"), 1'200'000);
  EXPECT_EQ(exit.last_sequence, 1'000'001);
  EXPECT_NE(record.log.find("199999 measurements were too many"), std::string::npos);
}

TEST(RunnerOutput, ClosedStreamsAreNoEnd) {
  AttemptRun attempt;
  const auto exit = attempt.run("exec >&- 2>&-; sleep 0.1; exit 5");
  EXPECT_EQ(exit.code, 5);
}

}  // namespace
}  // namespace automl::executor::testing
