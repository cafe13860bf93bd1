// SPDX-License-Identifier: Apache-2.0
// Each file in malformed/ starts with the errors it must give, one in a line, exactly:
//   #! LINE:COLUMN: MESSAGE
// AUTOML_REGENERATE=1 writes what the parser says now; read the difference before committing it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/study_file/study_folder.hpp"

namespace automl::engine::study_file {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> corpus() {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::path(AUTOML_SOURCE_DIR) / "tests/engine/study_file/malformed")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> expected_errors(const std::string& text) {
  std::vector<std::string> expected;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line) && line.compare(0, 3, "#! ") == 0;) {
    expected.push_back(line.substr(3));
  }
  return expected;
}

// Writes the header anew; its length is part of the positions, so twice at most.
void regenerate(const fs::path& file, const StudyFolder& folder) {
  std::string text = read_text(file);
  while (text.compare(0, 3, "#! ") == 0) {
    text.erase(0, text.find('\n') + 1);
  }
  std::string header;
  for (std::size_t i = 0; i < folder.errors(text).size(); ++i) {
    header += "#\n";
  }
  std::string errors;
  for (const std::string& line : folder.errors(header + text)) {
    errors += "#! " + line + "\n";
  }
  std::ofstream(file, std::ios::binary) << errors << text;
}

// Any text gives a study or errors, each at a place inside the text.
void expect_study_or_errors(const StudyFolder& folder, const std::string& text) {
  const Parsed parsed = folder.parse(text);
  EXPECT_EQ(parsed.spec.has_value(), parsed.errors.empty()) << text;
  EXPECT_EQ(parsed.keys.empty(), !parsed.errors.empty()) << text;
  std::vector<std::size_t> lengths;
  std::size_t length = 0;
  for (const char c : text) {
    ++length;
    if (c == '\n') {
      lengths.push_back(length - 1);
      length = 0;
    }
  }
  if (length > 0 || lengths.empty()) {
    lengths.push_back(length);
  }
  int line_before = 0;
  for (const idl::StudyFileError& error : parsed.errors) {
    ASSERT_GE(error.line, std::max(1, line_before)) << text;
    ASSERT_LE(error.line, static_cast<int>(lengths.size())) << text << error.message;
    EXPECT_GE(error.column, 1);
    EXPECT_LE(error.column,
              static_cast<int>(lengths[static_cast<std::size_t>(error.line) - 1]) + 1);
    EXPECT_NE(error.message, "");
    EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
    line_before = error.line;
  }
}

TEST(Complaints, GivesTheErrorsInItsHeader) {
  const StudyFolder folder;
  const std::vector<fs::path> files = corpus();
  EXPECT_GE(files.size(), 150U);
  for (const fs::path& file : files) {
    if (std::getenv("AUTOML_REGENERATE") != nullptr) {
      regenerate(file, folder);
    }
    const std::string text = read_text(file);
    EXPECT_FALSE(expected_errors(text).empty()) << file;
    EXPECT_EQ(folder.errors(text), expected_errors(text)) << file;
    expect_study_or_errors(folder, text);
  }
}

// -- mutations, each from its seed alone

std::string mutated(std::string text, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  static const std::vector<std::string> kInsertions = {
      "[", "]",    "{",    "}",   ":",  ",",    "-",   "\"", "'",    "\n",    " ",
      "#", "&a ",  "*a",   "!t ", "|",  ">",    "%",   "? ", "- ",   "1e999", "null",
      "~", "true", ".nan", "\t",  "${", "${x}", "0x1", "=",  "<<: ", "---\n"};
  for (std::size_t change = 0, changes = 1 + below(4); change < changes; ++change) {
    const std::size_t at = below(text.size());
    switch (below(6)) {
      case 0:
        text.erase(at, 1 + below(20));
        break;
      case 1:
        text.insert(at, kInsertions[below(kInsertions.size())]);
        break;
      case 2:
        text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      case 4: {  // a line doubled or gone
        const std::size_t begin =
            text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at) + 1;
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = end > begin ? text.substr(begin, end - begin) + "\n" : "\n";
        below(2) == 0 ? text.insert(begin, line) : text.erase(begin, line.size());
        break;
      }
      default:
        std::swap(text[at], text[below(text.size())]);
    }
    if (text.empty()) {
      text = "x";
    }
  }
  return text;
}

TEST(Complaints, MutationsNeverCrash) {
  const StudyFolder folder;
  std::vector<std::string> texts = {complete_study()};
  for (const char* study : {"digits", "functions"}) {
    texts.push_back(read_text(fs::path(AUTOML_SOURCE_DIR) / "studies" / study / "study.yaml"));
  }
  int refused = 0;
  for (std::uint32_t seed = 0; seed < 1'500; ++seed) {
    const std::string text = mutated(texts[seed % texts.size()], seed);
    SCOPED_TRACE(seed);
    expect_study_or_errors(folder, text);
    refused += folder.parse(text).errors.empty() ? 0 : 1;
  }
  EXPECT_GE(refused, 500);
}

}  // namespace
}  // namespace automl::engine::study_file
