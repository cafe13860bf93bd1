// SPDX-License-Identifier: Apache-2.0
#include "cli/board_text.hpp"

#include <gtest/gtest.h>

#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

Screen plain(std::size_t width) {
  Screen screen;
  screen.width = width;
  return screen;
}

idl::StudyStatus done_status() {
  idl::StudyStatus status = digits_status();
  status.study.state = idl::StudyState::DONE;
  status.study.reason = "all trials done";
  status.study.ended_ms = status.study.created_ms + 94'000;
  status.trials_running = 0;
  status.trials_complete = 39;
  status.running.clear();
  return status;
}

TEST(BoardText, ShowsRanksAndTheBaseline) {
  EXPECT_EQ(board_text(digits_board(), plain(100)),
            "rank  trial  val_accuracy  lr      optimizer  momentum  depth  width\n"
            "   1      1        0.9861  0.0147  sgd        0.9       2      128\n"
            "   2      2        0.9833  0.0123  sgd        0.9       2      128\n"
            "   3      4        0.9806  0.0098  sgd        0.9       3      128\n"
            "   …\n"
            "  12      0        0.9722  0.1     sgd        0.9       2      128    baseline\n");
}

TEST(BoardText, KeepsTheBaselinesMarkOnANarrowScreen) {
  EXPECT_EQ(board_text(digits_board(), plain(50)),
            "rank  trial  val_accuracy  lr      …\n"
            "   1      1        0.9861  0.0147  …\n"
            "   2      2        0.9833  0.0123  …\n"
            "   3      4        0.9806  0.0098  …\n"
            "   …                               …\n"
            "  12      0        0.9722  0.1     …  baseline\n");
}

TEST(BoardText, SaysWhenThereIsNothingYet) {
  idl::Leaderboard board = digits_board();
  board.rows.clear();
  EXPECT_EQ(board_text(board, plain(80)), "no trial of digits is complete yet\n");
}

TEST(ComparisonText, SaysHonestlyWhetherTheBaselineIsBeaten) {
  idl::StudyStatus status = done_status();
  EXPECT_EQ(comparison_text(status),
            "the best beats the baseline: val_accuracy 0.9861 against 0.9722 (0.0139 better; one "
            "run each)");
  status.best.value = 0.97;
  EXPECT_EQ(comparison_text(status),
            "the best does not beat the baseline: val_accuracy 0.9700 against 0.9722");
  status.best = status.baseline;
  EXPECT_EQ(comparison_text(status), "no trial beats the baseline: val_accuracy 0.9722");
  status.study.spec.objective.goal = idl::Goal::MINIMIZE;
  status.best.number = 1;
  status.best.value = 0.5;
  EXPECT_NE(comparison_text(status).find("the best beats"), std::string::npos);
  status.baseline.__isset.value = false;  // it failed
  EXPECT_EQ(comparison_text(status), "");
}

TEST(SummaryText, SaysWhatCameOutAndWhereToLookFurther) {
  const std::string text = summary_text(done_status(), digits_board(), 3, plain(100));
  EXPECT_EQ(text.substr(0, text.find("rank")),
            "done in 1:34: 39 complete, 1 failed\n"
            "automl logs digits/3 shows why #3 failed\n"
            "\n");
  EXPECT_EQ(text.substr(text.find("\n\nthe best") + 2),
            "the best beats the baseline: val_accuracy 0.9861 against 0.9722 (0.0139 better; one "
            "run each)\n"
            "\n"
            "next: automl board digits · automl show digits/1 · automl export digits\n");
}

TEST(SummaryText, SaysWhyAStudyFailed) {
  idl::StudyStatus status = done_status();
  status.study.state = idl::StudyState::FAILED;
  status.study.reason = "the first 3 trials failed alike: exit\x1b[2J code 1";
  const std::string text = summary_text(status, digits_board(), -1, plain(100));
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "failed in 1:34: 39 complete, 1 failed (the first 3 trials failed alike: exit?[2J "
            "code 1)");
}

}  // namespace
}  // namespace automl::cli
