// SPDX-License-Identifier: Apache-2.0
#include "cli/text_plot.hpp"

#include <gtest/gtest.h>

namespace automl::cli {
namespace {

TEST(TextPlot, DrawsAStaircase) {
  TextPlot plot;
  plot.line = {3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(plot.text(30, 5),
            "3.000 ┤────╮\n"
            "      │    │\n"
            "2.000 ┤    ╰─────╮\n"
            "      │          │\n"
            "1.000 ┤          ╰───────────\n"
            "      └──────────────────────\n"
            "       1                   12\n");
}

TEST(TextPlot, ShadesABandBehindTheLine) {
  TextPlot plot;
  plot.line = {1, 1};
  plot.band = {{1, 2, 2.5, 3}, {2, 2, 2.5, 3}};
  const std::string text = plot.text(30, 5);
  EXPECT_NE(text.find("··"), std::string::npos) << text;
  EXPECT_NE(text.find("──"), std::string::npos) << text;
}

TEST(TextPlot, SurvivesConstantsAndNothing) {
  EXPECT_EQ(TextPlot().text(40, 5), "");
  TextPlot plot;
  plot.line = {0.5};
  EXPECT_NE(plot.text(40, 5).find("─"), std::string::npos);
}

TEST(Bar, CountsEighths) {
  EXPECT_EQ(bar_of(0.4, 10), "████");
  EXPECT_EQ(bar_of(0.05, 10), "▌");
  EXPECT_EQ(bar_of(7, 2), "██");
  EXPECT_EQ(bar_of(-1, 2), "");
}

}  // namespace
}  // namespace automl::cli
