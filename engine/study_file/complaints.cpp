// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/complaints.hpp"

#include <algorithm>
#include <tuple>

namespace automl::engine::study_file {

namespace {

// Where each line begins, and its length.
std::vector<std::pair<std::size_t, std::size_t>> lines_of(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> lines;
  std::size_t begin = 0;
  while (begin < text.size() || lines.empty()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(begin, end - begin);
    begin = end + 1;
  }
  return lines;
}

// How many characters UTF-8 text has: all bytes but the continuing ones.
int characters(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

void Complaints::add(Position at, const std::string& message) {
  ++count_;
  if (full()) {
    return;
  }
  idl::StudyFileError error;
  error.line = at.line;
  error.column = at.column;
  error.message = message;
  errors_.push_back(std::move(error));
}

std::vector<idl::StudyFileError> Complaints::in_order(const std::string& text) const {
  std::vector<idl::StudyFileError> errors = errors_;
  const auto lines = lines_of(text);
  for (idl::StudyFileError& error : errors) {
    error.line = std::clamp(error.line, 1, static_cast<int>(lines.size()));
    const auto [begin, length] = lines[static_cast<std::size_t>(error.line) - 1];
    const int before = std::clamp(error.column - 1, 0, static_cast<int>(length));
    error.column = 1 + characters(text.substr(begin, static_cast<std::size_t>(before)));
  }
  std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (count_ > errors.size()) {
    idl::StudyFileError rest;
    rest.line = errors.back().line;
    rest.column = errors.back().column;
    rest.message = "and " + std::to_string(count_ - errors.size()) + " more errors";
    errors.push_back(std::move(rest));
  }
  return errors;
}

}  // namespace automl::engine::study_file
