// SPDX-License-Identifier: Apache-2.0
#include "cli/report_page.hpp"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/report_plots.hpp"
#include "cli/svg_frame.hpp"
#include "tests/cli/digits_report.hpp"
#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every tag that is opened is closed, in the right order.
void expect_balanced(const std::string& page) {
  std::vector<std::string> open;
  static const std::regex tag("<(/?)([a-zA-Z0-9]+)([^>]*)>");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), tag); at != std::sregex_iterator();
       ++at) {
    const std::string name = (*at)[2];
    if ((*at)[1] == "/") {
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name) << at->prefix().str().substr(0, 80);
      open.pop_back();
    } else if (name != "meta" && (*at)[3].str().find_last_of('/') != (*at)[3].str().size() - 1) {
      open.push_back(name);
    } else if (name != "meta" && (*at)[3].str().empty()) {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty()) << open.back();
}

TEST(ReportPage, HasEverySection) {
  const std::string page = report_page(digits_report());
  for (const char* title : {"Best val_accuracy so far",
                            "What val_accuracy depends on",
                            "What is left to gain",
                            "Parameter by parameter",
                            "All parameters together",
                            "Best trials",
                            "Failures",
                            "When trials ran"}) {
    EXPECT_THAT(page, HasSubstr("<h2>" + std::string(title) + "</h2>"));
  }
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(page, HasSubstr("inactive"));
  expect_balanced(page);
}

TEST(ReportPage, ShowsTheFrontOfSeveralObjectives) {
  ReportData data = two_objectives_report();
  const std::string page = report_page(data);
  for (const char* title : {"The front",
                            "Trials of the front",
                            "What val_accuracy depends on",
                            "What latency_ms depends on"}) {
    EXPECT_THAT(page, HasSubstr("<h2>" + std::string(title) + "</h2>"));
  }
  EXPECT_THAT(page, HasSubstr("both objectives of all trials"));
  EXPECT_THAT(page, HasSubstr("class=\"dot miss\""));
  EXPECT_THAT(page, HasSubstr("misses size_mb &lt; 20 by 5"));
  EXPECT_THAT(page, Not(HasSubstr("so far</h2>")));
  expect_balanced(page);
  data.report.status.study.spec.objectives.resize(3, data.spec().objectives[1]);
  for (idl::Trial& trial : data.trials) {
    if (!trial.values.empty()) {
      trial.values.resize(3, 1);
    }
  }
  const std::string three = report_page(data);
  EXPECT_THAT(three, Not(HasSubstr("both objectives")));
  EXPECT_THAT(three, HasSubstr("<h2>Trials of the front</h2>"));
  expect_balanced(three);
}

TEST(ReportPage, AnInfeasibleTrialIsNoBest) {
  ReportData data = digits_report();
  bound_size(data.report.status.study.spec);
  for (idl::Trial& trial : data.trials) {
    if (trial.__isset.value) {
      set_size(trial, trial.number == data.report.status.best.number ? 25 : 10);
    }
  }
  for (const EndedTrial& one : ended_trials(data)) {
    EXPECT_FALSE(one.improves && one.trial->violation > 0);
    EXPECT_LT(one.best, data.report.status.best.value);
  }
  EXPECT_EQ(ranked_trials(data, 100).front().trial->number, data.report.status.best.number)
      << "last in rank";
  EXPECT_THAT(report_page(data), HasSubstr("misses size_mb &lt; 20 by 5"));
}

TEST(ReportPage, NeedsNothingFromElsewhere) {
  const std::string page = report_page(digits_report());
  for (const char* word : {"http:", "https:", "<script", "src=", "href=", "url(", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(word)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportPage, EscapesWhatUsersWrote) {
  const std::string evil = "</title><script>alert('x')</script>\"onload=\"y&";
  ReportData data = digits_report();
  idl::StudySpec& spec = data.report.status.study.spec;
  spec.name = evil;
  spec.objectives[0].metric = evil;
  spec.space[0].name = evil;
  spec.space[1].choices[0].text = evil;
  data.report.status.study.owner = evil;
  data.report.status.study.reason = evil;
  data.report.status.study.algorithm_note = evil;
  data.report.status.best.configuration[0].parameter = evil;
  data.report.importance[0].metric = evil;
  data.report.importance[0].parameters[0].parameter = evil;
  data.report.importance[0].interactions[0].first = evil;
  data.report.notes = {evil};
  for (idl::Trial& trial : data.trials) {
    trial.configuration[0].parameter = evil;
    trial.configuration[1].value.__set_text(evil);
    trial.reason = evil + "\x1b[2J";
  }
  const std::string page = report_page(data);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\"onload")));
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  expect_balanced(page);
}

TEST(ReportPage, OfAYoungStudyIsShort) {
  ReportData data = digits_report();
  data.trials.clear();
  data.report.importance[0].trials = 0;
  data.report.__isset.shadow = false;
  data.report.__isset.remaining = false;
  data.report.status.__isset.best = false;
  data.report.status.__isset.baseline = false;
  const std::string page = report_page(data);
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
  EXPECT_THAT(page, HasSubstr("<h1>digits</h1>"));
  expect_balanced(page);
}

TEST(ReportPage, StaysSmallForManyTrials) {
  ReportData data = digits_report();
  const std::vector<idl::Trial> few = data.trials;
  for (std::int64_t number = 24; number < 20'000; ++number) {
    data.trials.push_back(few[static_cast<std::size_t>(number) % few.size()]);
    data.trials.back().number = number;
    data.trials.back().finish_order = number + 1;
  }
  EXPECT_LT(report_page(data).size(), 2'500'000U);
}

TEST(SvgFrame, FindsRoundTicks) {
  EXPECT_EQ(round_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(round_ticks(0.97, 0.987, 3).size(), 2U);
  EXPECT_EQ(round_ticks(3, 3, 4), std::vector<double>{3});
  EXPECT_EQ(tick_text(0.30000000000000004, 0.1), "0.3");
  EXPECT_EQ(tick_text(1e-20, 0.1), "0");
}

TEST(SvgFrame, KeepsWhatIsDrawnInside) {
  const SvgFrame frame({10, 20, 100, 50}, {0, 1}, {0, 10});
  EXPECT_EQ(frame.x(0.5), 60);
  EXPECT_EQ(frame.y(10), 20);
  EXPECT_EQ(frame.y(-100), 70);
  EXPECT_EQ(frame.path({{0, 0}, {1, 10}}), "M10 70L110 20");
  EXPECT_EQ(frame.steps({{0, 0}, {1, 10}}), "M10 70H110V20");
}

}  // namespace
}  // namespace automl::cli
