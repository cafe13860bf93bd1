// SPDX-License-Identifier: Apache-2.0
#include "cli/smoke_restart.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::cli {
namespace {

void measure(idl::TrialDetail& detail, int attempt, std::int64_t step, double loss) {
  idl::StoredMeasurement& stored = detail.measurements.emplace_back();
  stored.attempt = attempt;
  stored.measurement.step = step;
  stored.measurement.metrics = {{"loss", loss}};
}

idl::TrialDetail undisturbed() {
  idl::TrialDetail detail;
  detail.trial.state = idl::TrialState::COMPLETE;
  detail.attempts.resize(1);
  for (int step = 1; step <= 4; ++step) {
    measure(detail, 1, step, 1.0 / step);
  }
  return detail;
}

// Killed at step 3, when step 2 had been saved.
idl::TrialDetail killed() {
  idl::TrialDetail detail;
  detail.trial.state = idl::TrialState::COMPLETE;
  detail.attempts.resize(2);
  idl::Checkpoint checkpoint;
  checkpoint.number = 5;
  checkpoint.step = 2;
  detail.attempts[1].__set_restored(checkpoint);
  for (int step = 1; step <= 3; ++step) {
    measure(detail, 1, step, 1.0 / step);
  }
  for (int step = 3; step <= 4; ++step) {
    measure(detail, 2, step, 1.0 / step);
  }
  return detail;
}

TEST(SmokeRestart, TellsWhetherTheCurveIsTheSame) {
  EXPECT_EQ(
      restart_text(undisturbed(), killed()),
      "  restart      killed, it went on from checkpoint 5, step 2: the same curve as without\n");
  idl::TrialDetail other = killed();
  other.measurements.back().measurement.metrics["loss"] = 0.3;
  EXPECT_EQ(
      restart_text(undisturbed(), other),
      "  restart      killed, it went on from checkpoint 5, step 2: another curve than without, "
      "step 4 has loss=0.3 instead of loss=0.25\n");
  other.measurements.pop_back();
  EXPECT_NE(restart_text(undisturbed(), other).find("step 4 has nothing instead of loss=0.25"),
            std::string::npos);
}

TEST(SmokeRestart, TellsWhatElseBecameOfIt) {
  EXPECT_EQ(restart_text(undisturbed(), std::nullopt),
            "  restart      it saves nothing: a trial that is killed begins from zero\n");
  EXPECT_EQ(restart_text(undisturbed(), undisturbed()),
            "  restart      not tried: it ended before it could be killed\n");
  idl::TrialDetail failed = killed();
  failed.trial.state = idl::TrialState::FAILED;
  failed.trial.reason = "KeyError: epoch";
  EXPECT_EQ(
      restart_text(undisturbed(), failed),
      "  restart      killed, it went on from checkpoint 5, step 2, and failed: KeyError: epoch\n");
  idl::TrialDetail early = killed();
  early.attempts[1].__isset.restored = false;
  EXPECT_EQ(
      restart_text(undisturbed(), early),
      "  restart      killed before it had saved anything, it began from zero: the same curve as "
      "without\n");
}

TEST(SmokeRestart, KillsNothingButARunner) {
  idl::Attempt attempt;
  EXPECT_FALSE(kill_attempt(attempt));
  attempt.handle = "boot:1:2";
  EXPECT_FALSE(kill_attempt(attempt));
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  attempt.handle = "boot:" + std::to_string(child) + ":2";
  EXPECT_FALSE(kill_attempt(attempt)) << "not a runner";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace automl::cli
