// SPDX-License-Identifier: Apache-2.0
#include "cli/report_text.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/digits_report.hpp"

namespace automl::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Screen screen(std::size_t width) {
  Screen result;
  result.terminal = true;
  result.width = width;
  return result;
}

TEST(ReportText, SaysWhatTheTrialsSay) {
  const std::string text = report_text(digits_report(), screen(80));
  EXPECT_THAT(text, HasSubstr("study digits  •  done  •  22 complete, 2 failed\n"));
  EXPECT_THAT(text, HasSubstr("the best beats the baseline"));
  EXPECT_THAT(text, HasSubstr("best val_accuracy after each ended trial"));
  EXPECT_THAT(text, HasSubstr("would need about 340 trials"));
  EXPECT_THAT(text, HasSubstr(" 62.0 % ±  6.2   0.62\n"));
  EXPECT_THAT(text, HasSubstr("lr × optimizer"));
  EXPECT_THAT(text, HasSubstr("Stop here: with 97\u00a0% certainty"));
  EXPECT_THAT(text, HasSubstr("    2  exit code 1 at step 5"));
  EXPECT_THAT(text, HasSubstr("automl logs digits/5"));
  EXPECT_THAT(text, HasSubstr("a trial took 3."));
}

TEST(ReportText, FitsTheScreen) {
  for (const std::size_t width : {40, 60, 80, 140}) {
    std::istringstream lines(report_text(digits_report(), screen(width)));
    for (std::string line; std::getline(lines, line);) {
      if (width >= 80) {
        EXPECT_LE(width_of(line), width) << line;
      }
    }
  }
}

TEST(ReportText, ShowsTheFrontOfTwoObjectives) {
  const ReportData data = two_objectives_report();
  const std::string text = report_text(data, screen(80));
  EXPECT_THAT(text, HasSubstr("22 complete, 4 of them infeasible, 2 failed\n"));
  EXPECT_THAT(text, HasSubstr("on the front: val_accuracy 0.98"));
  EXPECT_THAT(text, HasSubstr("latency_ms (upwards) against val_accuracy"));
  EXPECT_THAT(text, HasSubstr("●"));
  EXPECT_THAT(text, HasSubstr("×"));
  EXPECT_THAT(text, HasSubstr("what latency_ms depends on"));
  EXPECT_THAT(text, Not(HasSubstr("after each ended trial")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(width_of(line), 80U) << line;
  }
}

TEST(ReportText, OfAYoungStudyIsShort) {
  ReportData data = digits_report();
  data.trials.clear();
  data.report.importance[0].trials = 0;
  data.report.__isset.shadow = false;
  data.report.__isset.remaining = false;
  data.report.status.__isset.best = false;
  data.report.notes = {"only 0 trials are complete: take all of this with caution"};
  const std::string text = report_text(data, screen(80));
  EXPECT_THAT(text, Not(HasSubstr("depends on")));
  EXPECT_THAT(text, Not(HasSubstr("failures")));
  EXPECT_THAT(text, HasSubstr("note: only 0 trials"));
}

TEST(ReportFigures, ShortenNamesInTheMiddle) {
  EXPECT_EQ(shortened("learning_rate", 13), "learning_rate");
  EXPECT_EQ(shortened("a_long_name_of_a_parameter_12", 12), "a_lo…eter_12");
  EXPECT_EQ(shortened("日本語日本語日本語", 9), "日…日本語");
}

TEST(ReportFigures, GroupFailuresThatDifferInNumbersOnly) {
  ReportData data = digits_report();
  data.trials[7].state = idl::TrialState::FAILED;
  data.trials[7].reason = "out of memory";
  const std::vector<FailureGroup> groups = failure_groups(data.trials);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].count, 2);
  EXPECT_EQ(groups[0].message, "exit code 1 at step 5");
  EXPECT_EQ(groups[1].example, 7);
}

TEST(ReportFigures, PlaceValuesOnTheirAxis) {
  const ReportData data = digits_report();
  const idl::Parameter* lr = find_parameter(data.spec(), "lr");
  idl::Value value;
  value.__set_real(1e-2);
  EXPECT_NEAR(axis_position(*lr, value), 0.5, 1e-12);
  const idl::Parameter* optimizer = find_parameter(data.spec(), "optimizer");
  EXPECT_NEAR(axis_position(*optimizer, optimizer->choices[1]), 0.75, 1e-12);
}

}  // namespace
}  // namespace automl::cli
