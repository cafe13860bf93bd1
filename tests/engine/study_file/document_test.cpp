// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/document.hpp"

#include <ctime>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/study_file/study_folder.hpp"

namespace automl::engine::study_file {
namespace {

std::string repeated(const std::string& piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) {
    text += piece;
  }
  return text;
}

// Errors come, and soon: processor time, so a busy machine does not matter, with room for
// sanitizers. (Release build: 3 ms for the alias bombs, 130 ms for the slowest megabyte.)
void expect_refused_quickly(const std::string& what,
                            const std::string& text,
                            const std::string& because,
                            double most_seconds = 2) {
  const StudyFolder folder;
  const std::clock_t start = std::clock();
  const std::vector<std::string> errors = folder.errors(text);
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_FALSE(errors.empty()) << what;
  EXPECT_THAT(errors.front(), ::testing::HasSubstr(because)) << what;
  EXPECT_LT(took, most_seconds) << what;
}

TEST(Document, AliasBombsAreRefused) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [" + repeated("*" + before + ", ", 9) + "]\n";
  }
  expect_refused_quickly("alias_bomb", bomb, "anchors", 0.1);
  expect_refused_quickly("alias_to_itself", "a: &a [*a]\n", "anchors", 0.1);
  expect_refused_quickly("many_aliases", "a: [" + repeated("*a, ", 100'000) + "]\n", "alias", 0.1);
}

TEST(Document, DepthBombsAreRefused) {
  for (const std::string piece :
       {"[", "{", "[{", "- ", "? ", "{a: ", "[[", "- - ", "{[", "!t [", "\"a\": ["}) {
    expect_refused_quickly("depth_bomb", repeated(piece, 100'000), "");
    expect_refused_quickly("depth_bomb", "study: " + repeated(piece, 100'000), "");
    expect_refused_quickly("depth_bomb_in_lines", repeated(piece + "\n", 100'000), "");
  }
  std::string stairs;
  for (std::size_t i = 0; i < 1'400; ++i) {
    stairs += std::string(i, ' ') + "a:\n";
  }
  expect_refused_quickly("stairs", stairs, "nested deeper than 32 levels");
}

TEST(Document, SizeLimitsHold) {
  expect_refused_quickly("text", std::string((1 << 20) + 1, 'a'), "larger than 1 MiB");
  expect_refused_quickly("one_word", std::string(1 << 20, 'a'), "not a study file");
  expect_refused_quickly("one_key", std::string((1 << 20) - 3, 'a') + ": 1", "");
  expect_refused_quickly("spaces", std::string(1 << 20, ' '), "empty");
  expect_refused_quickly("line_ends", std::string(1 << 20, '\n'), "empty");
  expect_refused_quickly(
      "values", "space: [" + repeated("1, ", 110'000) + "]", "more than 100000 values");
  expect_refused_quickly("keys", "{" + repeated("a: 1, ", 40'000) + "}", "");
  expect_refused_quickly("colons", repeated(": ", 500'000), "");
  expect_refused_quickly("quotes", repeated("\"\" ", 300'000), "");
  expect_refused_quickly("comments", repeated("# x\n", 260'000), "empty");
  expect_refused_quickly("documents", repeated("---\n", 260'000), "document");
  expect_refused_quickly("text_block", "a: |\n" + repeated(" x\n", 349'000), "");
}

TEST(Document, ManyErrorsAreCountedNotListed) {
  const StudyFolder folder;
  std::string text = "space:\n";
  for (int i = 0; i < 9'000; ++i) {
    text +=
        "  p" + std::to_string(i) + ": {float: [0, 1], when: {q" + std::to_string(i) + "x: 1}}\n";
  }
  const std::clock_t start = std::clock();
  const auto errors = folder.errors(text);
  EXPECT_EQ(errors.size(), 101U);
  EXPECT_THAT(errors.back(), ::testing::HasSubstr("and 8902 more errors"));
  EXPECT_LT(std::clock() - start, 5 * CLOCKS_PER_SEC);
}

TEST(Document, OddBytesAreRefused) {
  const StudyFolder folder;
  const std::string start = "study: s\ncommand: ";
  using namespace std::string_literals;
  for (const std::string& bytes : {"\0"s,
                                   "a\0b"s,
                                   "\x01"s,
                                   "\x1b[31m"s,
                                   "\x7f"s,
                                   "\xff\xfe"s,
                                   "\xc3("s,
                                   "\xed\xa0\x80"s,
                                   "\xf5\x80\x80\x80"s,
                                   "\xe2\x82"s,
                                   "a\rb"s}) {
    const auto errors = folder.errors(start + bytes + "\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].substr(0, 2), "2:") << errors[0];
  }
  EXPECT_THAT(folder.errors(""), ::testing::ElementsAre("1:1: the file is empty"));
  EXPECT_THAT(folder.errors("\xFF\xFEs\0"s), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace automl::engine::study_file
