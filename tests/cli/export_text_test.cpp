// SPDX-License-Identifier: Apache-2.0
#include "cli/export_text.hpp"

#include <gtest/gtest.h>

namespace automl::cli {
namespace {

TEST(CsvCell, LeavesNumbersAndPlainWordsAlone) {
  EXPECT_EQ(csv_cell("sgd"), "sgd");
  EXPECT_EQ(csv_cell("-0.5"), "-0.5");
  EXPECT_EQ(csv_cell("1e-5"), "1e-5");
  EXPECT_EQ(csv_cell(""), "");
}

TEST(CsvCell, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
}

TEST(CsvCell, IsHarmlessInASpreadsheet) {
  for (const char* formula : {"=1+1",
                              "+cmd|' /C calc'!A0",
                              "-2+3",
                              "@SUM(A1)",
                              "\t=1",
                              "\r=1",
                              "=HYPERLINK(\"http://x\",\"y\")"}) {
    EXPECT_EQ(csv_cell(formula).substr(0, 2), "\"'") << formula;
  }
}

}  // namespace
}  // namespace automl::cli
