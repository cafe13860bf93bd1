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

TEST(BoardText, MarksWhatIsInfeasibleAndByHowMuch) {
  idl::Leaderboard board = digits_board();
  bound_size(board.study.spec);
  set_size(board.rows[0].trial, 12.5);
  set_size(board.rows[1].trial, 20);
  set_size(board.rows[2].trial, 23.75);
  set_size(board.baseline.trial, 31);
  EXPECT_EQ(
      board_text(board, plain(120)),
      "rank  trial  val_accuracy  size_mb  lr      optimizer  momentum  depth  width\n"
      "   1      1        0.9861     12.5  0.0147  sgd        0.9       2      128\n"
      "   2      2        0.9833       20  0.0123  sgd        0.9       2      128    misses "
      "size_mb < 20 by 0\n"
      "   3      4        0.9806    23.75  0.0098  sgd        0.9       3      128    misses "
      "size_mb < 20 by 3.75\n"
      "   …\n"
      "  12      0        0.9722       31  0.1     sgd        0.9       2      128    baseline, "
      "misses size_mb < 20 by 11\n");
  EXPECT_EQ(board_text(board, plain(80)),
            "rank  trial  val_accur…  size_mb  lr      …\n"
            "   1      1      0.9861     12.5  0.0147  …\n"
            "   2      2      0.9833       20  0.0123  …  misses size_mb < 20 by 0\n"
            "   3      4      0.9806    23.75  0.0098  …  misses size_mb < 20 by 3.75\n"
            "   …                                      …\n"
            "  12      0      0.9722       31  0.1     …  baseline, misses size_mb < 20 by 11\n");
}

TEST(BoardText, ShowsTheFrontFirst) {
  EXPECT_EQ(board_text(two_objectives_board(), plain(80)),
            "rank  front  trial  val_acc…  latency…  lr      optimizer  momentum  …\n"
            "   1      1      1    0.9861    41.000  0.0147  sgd        0.9       …\n"
            "   2      1      2    0.9833    12.500  0.0123  sgd        0.9       …\n"
            "   3      2      4    0.9806    44.000  0.0098  sgd        0.9       …\n"
            "   …                                                                 …\n"
            "  12      4      0    0.9722    50.000  0.1     sgd        0.9       …  baseline\n");
  Screen screen = plain(60);
  screen.colour = true;
  const std::string text = board_text(two_objectives_board(), screen);
  std::size_t bold = 0;
  for (std::size_t at = 0; (at = text.find("\x1b[1m", at)) != std::string::npos; ++at) {
    ++bold;
  }
  EXPECT_EQ(bold, 2U) << "the trials of the front stand out";
}

TEST(ComparisonText, ComparesTheFrontWithTheBaseline) {
  idl::StudyStatus status = two_objectives_status();
  EXPECT_EQ(comparison_text(status),
            "trial 1 and 1 other of the front beat the baseline, worse in no objective: "
            "val_accuracy=0.9861 latency_ms=41 against val_accuracy=0.9722 latency_ms=50 (one run "
            "each)");
  status.front[0].values[1] = 60;
  status.front[1].values[1] = 60;
  EXPECT_EQ(comparison_text(status), "");
  status.front.push_back(status.baseline);
  EXPECT_EQ(comparison_text(status), "no trial beats the baseline: it is on the front");
}

TEST(ComparisonText, SaysThatTheBaselineIsInfeasible) {
  idl::StudyStatus status = digits_status();
  bound_size(status.study.spec);
  set_size(status.baseline, 25);
  EXPECT_EQ(comparison_text(status),
            "the baseline misses size_mb < 20 by 5; the best trial keeps to all constraints: "
            "val_accuracy 0.9861 against 0.9722");
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
  status.study.spec.objectives[0].goal = idl::Goal::MINIMIZE;
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

TEST(SummaryText, SaysWhenNoTrialIsFeasible) {
  idl::StudyStatus status = done_status();
  status.__isset.best = false;
  status.trials_infeasible = 39;
  const std::string text = summary_text(status, digits_board(), -1, plain(100));
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "done in 1:34: 39 complete, 39 of them infeasible, 1 failed");
  EXPECT_NE(text.find("\nno trial keeps to all constraints\n"), std::string::npos);
}

TEST(SummaryText, TellsTheFront) {
  idl::StudyStatus status = two_objectives_status();
  const std::string text = summary_text(status, two_objectives_board(), -1, plain(100));
  EXPECT_NE(text.find("\n2 trials on the front: val_accuracy 0.9861 … 0.9833, latency_ms 12.5 … "
                      "41\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("automl show digits/1"), std::string::npos);
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
