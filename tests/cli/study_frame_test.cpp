// SPDX-License-Identifier: Apache-2.0
#include "cli/study_frame.hpp"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

Screen plain(std::size_t width) {
  Screen screen;
  screen.width = width;
  return screen;
}

void expect_fits(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(width_of(line), width) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

TEST(StudyFrame, LooksAsItShouldOnAWideScreen) {
  EXPECT_EQ(header_text(digits_status(), plain(140)),
            "study digits  •  40 trials, 2 at a time  •  algorithm auto → gp (5 parameters, 1 "
            "conditional)  •  seed 42\n");
  EXPECT_EQ(
      frame_text(digits_status(), plain(130)),
      "  ━━━━━━━━━━━━━━━━━━━━━───────────────────  21/40   2 running · 1 failed     0:48 elapsed, "
      "about 0:44 left\n"
      "  best  0.9861  trial 1   lr=0.0147 optimizer=sgd momentum=0.9 depth=2 width=128            "
      "              baseline 0.9722  +0.0139\n"
      "  val_accuracy  ▁███         since trial 1: 4\n"
      "\n"
      "  #21  running    0:02  val_accuracy 0.961 @ step 12  lr=0.031 optimizer=sgd momentum=0.9 "
      "depth=1 width=128\n"
      "  #20  running    0:05  val_accuracy 0.978 @ step 27  lr=0.031 optimizer=sgd momentum=0.9 "
      "depth=1 width=128\n");
}

TEST(StudyFrame, LooksAsItShouldOnEightyColumns) {
  EXPECT_EQ(frame_text(digits_status(), plain(80)),
            "  ━━━━━━━━━━╸─────────  21/40   2 running · 1 failed\n"
            "  0:48 elapsed, about 0:44 left\n"
            "  best  0.9861  trial 1   lr=0.0147 optimizer=sgd mo…   baseline 0.9722  +0.0139\n"
            "  val_accuracy  ▁███         since trial 1: 4\n"
            "\n"
            "  #21  running    0:02  val_accuracy 0.961 @ 12  lr=0.031 optimizer=sgd momentu…\n"
            "  #20  running    0:05  val_accuracy 0.978 @ 27  lr=0.031 optimizer=sgd momentu…\n");
}

TEST(StudyFrame, ShowsTheFrontOfSeveralObjectives) {
  const std::string text = frame_text(two_objectives_status(), plain(80));
  EXPECT_NE(text.find("  2 trials on the front: val_accuracy 0.9861 … 0.9833, latency_ms 12.5 … "
                      "41\n  val_accuracy  ▁███         since the front grew: 4\n"),
            std::string::npos)
      << text;
}

TEST(StudyFrame, SaysThatNothingIsFeasibleYet) {
  idl::StudyStatus status = digits_status();
  status.__isset.best = false;
  status.trials_infeasible = 20;
  const std::string text = frame_text(status, plain(100));
  EXPECT_NE(text.find("20 infeasible"), std::string::npos) << text;
  EXPECT_NE(text.find("  best  –  no trial keeps to all constraints yet\n"), std::string::npos)
      << text;
}

TEST(StudyFrame, IsNeverWiderThanTheScreen) {
  idl::StudyStatus status = digits_status();
  status.study.spec.name = std::string(300, 'n');
  status.study.spec.objectives[0].metric = "日本\x1b[2J" + std::string(200, 'm');
  status.running[0].configuration = {assignment("p\x1b]0;owned\a", "v\x1b[31m")};
  status.best.configuration = status.running[0].configuration;
  status.best_history.assign(200, 0.5);
  for (std::size_t width = 20; width < 170; ++width) {
    expect_fits(header_text(status, plain(width)), width);
    expect_fits(frame_text(status, plain(width)), width);
  }
}

TEST(StudyFrame, HasNoMoreRunningTrialsThanRoom) {
  idl::StudyStatus status = digits_status();
  status.running.assign(100, status.running[0]);
  const std::string text = frame_text(status, plain(80));
  EXPECT_NE(text.find("  and 92 more\n"), std::string::npos) << text;
  Screen low = plain(80);
  low.height = 12;
  EXPECT_NE(frame_text(status, low).find("  and 98 more\n"), std::string::npos);
}

TEST(StudyFrame, CanDoWithoutAnyResult) {
  idl::StudyStatus status = digits_status();
  status.__isset.best = false;
  status.__isset.baseline = false;
  status.best_history.clear();
  status.running.clear();
  status.remaining_s = -1;
  status.study.spec.budget.trials = 0;
  status.study.state = idl::StudyState::PAUSED;
  EXPECT_EQ(frame_text(status, plain(80)),
            "  21 trials   paused · 2 running · 1 failed     0:48 elapsed\n"
            "  best  –\n");
}

TEST(Sparkline, ShowsTheWholeHistory) {
  EXPECT_EQ(sparkline({1, 2, 3, 4, 5, 6, 7, 8}, true, 8), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({8, 1}, false, 8), "▁█");
  EXPECT_EQ(sparkline({3, 3, 3}, true, 8), "███");
  EXPECT_EQ(sparkline({1, 2, 3, 4}, true, 2), "▃█");
  EXPECT_EQ(sparkline({NAN, 1, 2}, true, 8), "▁▁█");
  EXPECT_EQ(sparkline({INFINITY}, true, 8), "▁");
  EXPECT_EQ(sparkline({}, true, 8), "");
}

TEST(EndedLine, SaysEverythingOnOneLine) {
  const std::vector<idl::Trial> trials = digits_trials();
  const idl::StudySpec spec = digits_status().study.spec;
  EXPECT_EQ(ended_line(trials[0], spec),
            "#0 complete val_accuracy=0.9722 2.1s lr=0.1 optimizer=sgd momentum=0.9 depth=2 "
            "width=128 [baseline]");
  idl::Trial hostile = trials[3];
  hostile.reason = "exit\ncode\x1b[2J 1";
  EXPECT_EQ(ended_line(hostile, spec),
            "#3 failed 2.1s lr=0.4 optimizer=sgd momentum=0.9 depth=3 width=128 (exit code?[2J 1)");
}

}  // namespace
}  // namespace automl::cli
