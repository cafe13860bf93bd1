// SPDX-License-Identifier: Apache-2.0
#include "cli/text.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/cli/digits_study.hpp"

namespace automl::cli {
namespace {

TEST(Text, NeverSteersTheTerminal) {
  EXPECT_EQ(shown("a\x1b[31mred\x1b[0m"), "a?[31mred?[0m");
  EXPECT_EQ(shown("bell\a back\b del\x7f"), "bell? back? del?");
  EXPECT_EQ(shown("two\nlines\tand tab\r"), "two lines and tab?");
  EXPECT_EQ(shown("\xc2\x9b"
                  "31m"),
            "?31m");                                  // CSI in one character
  EXPECT_EQ(shown("abc\xe2\x80\xaexyz"), "abc?xyz");  // right-to-left override
  EXPECT_EQ(shown("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(shown("größe 日本"), "größe 日本");
}

TEST(Text, CountsTheColumnsOfTheTerminal) {
  EXPECT_EQ(width_of("lr"), 2u);
  EXPECT_EQ(width_of("größe"), 5u);
  EXPECT_EQ(width_of("日本"), 4u);
  EXPECT_EQ(width_of("e\xcc\x81"), 1u);  // with a combining accent
  EXPECT_EQ(width_of("━╸─"), 3u);
}

TEST(Text, CutsWithAnEllipsis) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdefg", 6), "abcde…");
  EXPECT_EQ(cut("日本語", 5), "日本…");
  EXPECT_EQ(cut("日本語", 4), "日…");
  EXPECT_EQ(cut("abc", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Text, WritesDurationsBytesAndCounts) {
  EXPECT_EQ(duration_text(0), "0:00");
  EXPECT_EQ(duration_text(48.9), "0:48");
  EXPECT_EQ(duration_text(3'723), "1:02:03");
  EXPECT_EQ(duration_text(2 * 86'400 + 3 * 3'600 + 240), "2 d 3:04");
  EXPECT_EQ(duration_text(-5), "0:00");
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(212'000'000), "212 MB");
  EXPECT_EQ(bytes_text(1'500'000'000), "1.5 GB");
  EXPECT_EQ(count_text(1, "trial"), "1 trial");
  EXPECT_EQ(count_text(0, "trial"), "0 trials");
}

TEST(Text, KeepsTheDigitsThatTellNeighboursApart) {
  EXPECT_EQ(decimals_for({0.9861, 0.9833, 0.9806}), 4);
  EXPECT_EQ(decimals_for({0.98612, 0.98611}), 6);
  EXPECT_EQ(decimals_for({100, 200}), 3);
  EXPECT_EQ(decimals_for({}), 4);
  EXPECT_EQ(decimals_for({NAN, INFINITY, 0.5}), 4);
  EXPECT_EQ(fixed_text(0.98, 4), "0.9800");
  EXPECT_EQ(fixed_text(1e-9, 4), "1e-09");
  EXPECT_EQ(fixed_text(1.5e9, 4), "1.5e+09");
  EXPECT_EQ(fixed_text(NAN, 4), "nan");
}

TEST(Text, WritesConfigurations) {
  EXPECT_EQ(configuration_text({assignment("lr", 0.0123),
                                assignment("optimizer", "sgd"),
                                assignment("depth", std::int64_t{2})}),
            "lr=0.0123 optimizer=sgd depth=2");
  EXPECT_EQ(configuration_text({assignment("a\x1b", "b\x1b[2J")}), "a?=b?[2J");
}

TEST(Text, NamesStates) {
  EXPECT_STREQ(state_word(idl::TrialState::COMPLETE), "complete");
  EXPECT_STREQ(state_word(idl::StudyState::PAUSED), "paused");
  EXPECT_STREQ(state_word(static_cast<idl::StudyState::type>(99)), "?");
}

TEST(Screen, HasNoColoursForAFile) {
  const Screen screen = Screen::of(-1);
  EXPECT_FALSE(screen.terminal);
  EXPECT_EQ(screen.bold("x"), "x");
  Screen colourful;
  colourful.colour = true;
  EXPECT_EQ(colourful.good("x"), "\x1b[32mx\x1b[0m");
}

TEST(Wrapped, BreaksAtSpacesAndKeepsWordsWhole) {
  EXPECT_EQ(wrapped("lr=0.1 depth=2 width=128", 80, 4), "lr=0.1 depth=2 width=128");
  EXPECT_EQ(wrapped("lr=0.1 depth=2 width=128", 18, 4), "lr=0.1 depth=2\n    width=128");
  EXPECT_EQ(wrapped("averyveryverylongword x", 8), "averyveryverylongword\nx");
  EXPECT_EQ(wrapped("größe=1 日本=2", 8), "größe=1\n日本=2");
  EXPECT_EQ(wrapped("", 8), "");
}

}  // namespace
}  // namespace automl::cli
