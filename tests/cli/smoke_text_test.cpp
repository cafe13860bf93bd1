// SPDX-License-Identifier: Apache-2.0
#include "cli/smoke_text.hpp"

#include <gtest/gtest.h>

#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

idl::TrialDetail smoke_detail() {
  idl::TrialDetail detail;
  detail.trial = digits_trials()[0];
  idl::ExitReport exit;
  exit.cause = idl::ExitCause::EXITED;
  exit.started_ms = 1'000;
  exit.ended_ms = 4'800;
  exit.cpu_s = 1.794;
  exit.peak_memory_bytes = 112'000'000;
  idl::MetricMatch match;
  match.metric = "val_accuracy";
  match.count = 12;
  match.first_line = "val_accuracy = 0.8164";
  match.last_line = "val_accuracy = 0.9722 \x1b[31m";
  exit.matches = {match};
  idl::Attempt attempt;
  attempt.__set_exit(exit);
  detail.attempts = {attempt};
  return detail;
}

TEST(SmokeText, TellsConstraintsAndSeveralObjectives) {
  Screen screen;
  screen.width = 60;
  idl::StudySpec spec = two_objectives_status().study.spec;
  bound_size(spec);
  idl::TrialDetail detail = smoke_detail();
  detail.trial.values = {0.9722, 41};
  set_size(detail.trial, 25);
  const std::string text = smoke_text(detail, spec, screen);
  EXPECT_NE(text.find("  values       val_accuracy=0.9722 latency_ms=41 size_mb=25\n"
                      "  constraints  misses size_mb < 20 by 5\n"),
            std::string::npos)
      << text;
  set_size(detail.trial, 10);
  EXPECT_NE(smoke_text(detail, spec, screen).find("  constraints  all met\n"), std::string::npos);
}

TEST(SmokeText, ShowsWhatWasFound) {
  Screen screen;
  screen.width = 60;
  EXPECT_EQ(smoke_text(smoke_detail(), digits_status().study.spec, screen),
            "  parameters   lr=0.1 optimizer=sgd momentum=0.9 depth=2 wi…\n"
            "  ended        exit code 0\n"
            "  duration     3.8 s, processor 1.79 s, memory at most 112 MB\n"
            "  metric       val_accuracy found 12 times\n"
            "               first  val_accuracy = 0.8164\n"
            "               last   val_accuracy = 0.9722 ?[31m\n"
            "  value        val_accuracy = 0.9722\n");
}

TEST(SmokeText, SaysWhyThereIsNoValue) {
  idl::TrialDetail detail = smoke_detail();
  detail.trial.__isset.value = false;
  detail.trial.reason = "ended without reporting val_accuracy";
  detail.attempts[0].exit.cause = idl::ExitCause::SIGNALED;
  detail.attempts[0].exit.message = "killed by signal 11";
  detail.attempts[0].exit.matches[0].count = 0;
  detail.attempts[0].exit.matches[0].first_line.clear();
  detail.attempts[0].exit.matches[0].last_line.clear();
  const std::string text = smoke_text(detail, digits_status().study.spec, Screen());
  EXPECT_NE(text.find("  ended        killed by signal 11\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  metric       val_accuracy found 0 times\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  value        none: ended without reporting val_accuracy\n"),
            std::string::npos)
      << text;
}

TEST(SmokeText, SaysWhenItNeverStarted) {
  idl::TrialDetail detail = smoke_detail();
  detail.attempts.clear();
  detail.trial.reason = "stopped by ada";
  const std::string text = smoke_text(detail, digits_status().study.spec, Screen());
  EXPECT_NE(text.find("it never started: stopped by ada"), std::string::npos) << text;
}

}  // namespace
}  // namespace automl::cli
