// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::cli {

// How things are written on a terminal.

// Nothing that could steer the terminal: control characters become '?', bad UTF-8 U+FFFD.
std::string shown(const std::string& text);
// Columns the text takes on a terminal (wide characters count 2, combining ones 0).
std::size_t width_of(const std::string& text);
// At most `width` columns, ending in … when cut.
std::string cut(const std::string& text, std::size_t width);
std::string padded(const std::string& text, std::size_t width, bool right = false);
// Lines of at most `width` columns, broken at spaces where there are some; all but the first begin
// with `indent` spaces. The first is taken to begin at column `indent` as well.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent = 0);

std::string duration_text(double seconds);                            // 0:48, 1:02:03, 2 d 3:04
std::string bytes_text(std::int64_t bytes);                           // 212 MB
std::string count_text(std::int64_t count, const std::string& word);  // "1 trial", "2 trials"
std::string local_time(std::int64_t ms);                              // 2026-11-23 14:05

// Short, but enough digits to come back to nearly the same number.
std::string number_text(double value, int digits = 6);
// The same number of decimals for all, as many as tell neighbours apart (3 to 6,
// at least 4 for values below 1).
int decimals_for(std::vector<double> values);
std::string fixed_text(double value, int decimals);

std::string value_text(const idl::Value& value);
// lr=0.0123 optimizer=sgd
std::string configuration_text(const std::vector<idl::Assignment>& configuration);

const char* state_word(idl::TrialState::type state);
const char* state_word(idl::SessionState::type state);
const char* state_word(idl::AttemptState::type state);
const char* state_word(idl::StudyState::type state);

// What this output is: a terminal or not, its width, colours or not.
struct Screen {
  bool terminal = false;
  bool colour = false;
  std::size_t width = 80;   // columns; endless for a file or a pipe
  std::size_t height = 24;  // lines

  static Screen of(int file);
  std::string bold(const std::string& text) const;
  std::string good(const std::string& text) const;
  std::string bad(const std::string& text) const;
  std::string faint(const std::string& text) const;

 private:
  std::string painted(const char* code, const std::string& text) const;
};

}  // namespace automl::cli
