// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/text.hpp"

namespace automl::cli {
namespace {

Table example() {
  Table table;
  table.add_column("NAME").may_shrink(4);
  table.add_column("N", true);
  table.add_column("lr").may_drop();
  table.add_column("kind").may_drop();
  table.add_column("NOTE");
  table.add_row({"a long name", "7", "0.1", "sgd", "baseline"});
  table.add_row({"größe", "1200", "0.0123"});
  return table;
}

TEST(Table, AlignsColumns) {
  EXPECT_EQ(example().text(80),
            "NAME            N  lr      kind  NOTE\n"
            "a long name     7  0.1     sgd   baseline\n"
            "größe        1200  0.0123\n");
}

TEST(Table, ShrinksWhatMayShrink) {
  EXPECT_EQ(example().text(37),
            "NAME        N  lr      kind  NOTE\n"
            "a long…     7  0.1     sgd   baseline\n"
            "größe    1200  0.0123\n");
}

TEST(Table, LeavesOutWhatMayGoAndSaysSo) {
  EXPECT_EQ(example().text(33),
            "NAME       N  lr      …  NOTE\n"
            "a lon…     7  0.1     …  baseline\n"
            "größe   1200  0.0123  …\n");
  EXPECT_EQ(example().text(25),
            "NAME       N  …  NOTE\n"
            "a lon…     7  …  baseline\n"
            "größe   1200  …\n");
}

TEST(Table, IsNeverWiderThanTheScreen) {
  for (std::size_t width = 1; width < 60; ++width) {
    std::istringstream lines(example().text(width));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(width_of(line), width) << line;
    }
  }
}

}  // namespace
}  // namespace automl::cli
