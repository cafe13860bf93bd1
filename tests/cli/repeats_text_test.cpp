// SPDX-License-Identifier: Apache-2.0
#include "cli/repeats_text.hpp"

#include <gtest/gtest.h>

#include "cli/board_text.hpp"
#include "cli/study_frame.hpp"
#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

idl::RepeatedRuns runs(std::int64_t trial, double mean, double half_width) {
  idl::RepeatedRuns result;
  result.trial = trial;
  result.values = {mean, mean, mean};
  result.__set_mean(mean);
  result.__set_half_width(half_width);
  return result;
}

idl::WinnerComparison comparison() {
  idl::WinnerComparison result;
  result.seeds = 3;
  result.winner = runs(1, 0.98433, 0.00163);
  result.__set_baseline(runs(0, 0.97181, 0.0021));
  result.__set_probability_better(0.9912);
  return result;
}

TEST(RepeatsText, ComparesMeansWithTheirIntervals) {
  EXPECT_EQ(repeats_text(comparison()),
            "winner against baseline, 3 seeds each: 0.9843 ± 0.0016 against 0.9718 ± 0.0021   "
            "P(better) 0.99");
  idl::WinnerComparison defaults = comparison();
  defaults.baseline.trial = -1;
  defaults.probability_better = 0.99999;
  EXPECT_EQ(repeats_text(defaults),
            "winner against defaults, 3 seeds each: 0.9843 ± 0.0016 against 0.9718 ± 0.0021   "
            "P(better) > 0.99");
}

TEST(RepeatsText, SaysWhatIsMissing) {
  idl::WinnerComparison some = comparison();
  some.__isset.probability_better = false;
  some.winner = idl::RepeatedRuns();
  some.winner.to_come = 2;
  some.winner.failed = 1;
  some.baseline.to_come = 1;
  EXPECT_EQ(repeats_text(some),
            "winner against baseline, 3 seeds each: – against 0.9718 ± 0.0021; 3 runs to come; 1 "
            "run of the winner failed");
  some.winner.to_come = 0;
  some.winner.failed = 3;
  some.__isset.baseline = false;
  some.notes = {"every baseline failed\x1b[2J"};
  EXPECT_EQ(repeats_text(some),
            "winner, 3 seeds: no value; 3 runs of the winner failed; every baseline failed?[2J");
}

TEST(RepeatsText, TheBoardShowsMeansBesideValues) {
  idl::Leaderboard board = digits_board();
  board.__set_comparison(comparison());
  board.rows[0].__set_repeats(board.comparison.winner);
  Screen screen;
  screen.width = 60;
  EXPECT_EQ(board_text(board, screen).substr(0, 130),
            "rank  trial  val_accuracy         repeated  …\n"
            "   1      1        0.9861  0.9843 ± 0.0016  …\n"
            "   2      2        0.9833        ");
}

TEST(RepeatsText, TheFrameAndTheLineOfATrialName) {
  idl::StudyStatus status = digits_status();
  status.__set_comparison(comparison());
  Screen screen;
  screen.width = 100;
  EXPECT_NE(frame_text(status, screen).find("\n  winner against baseline, 3 seeds each: 0.9843"),
            std::string::npos);
  idl::Trial trial = digits_trials()[1];
  trial.__set_repeat_of(17);
  trial.repeat = 2;
  const std::string line = ended_line(trial, status.study.spec);
  EXPECT_EQ(line.substr(line.size() - 17), "[repeat 2 of #17]");
}

}  // namespace
}  // namespace automl::cli
