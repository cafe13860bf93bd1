// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::engine::study_file {

// A place in the text; lines and columns (here in bytes) count from 1.
struct Position {
  int line = 1;
  int column = 1;
};

// Collects everything that is wrong with a study file.
class Complaints {
 public:
  void add(Position at, const std::string& message);
  bool any() const { return count_ > 0; }
  // Enough has been said: further ones are only counted, so hints need not be searched for.
  bool full() const { return errors_.size() >= kShown; }

  // In the order of the text, each moved inside it, columns in characters; the last one says how
  // many more there are.
  std::vector<idl::StudyFileError> in_order(const std::string& text) const;

 private:
  static constexpr std::size_t kShown = 100;

  std::vector<idl::StudyFileError> errors_;
  std::size_t count_ = 0;
};

}  // namespace automl::engine::study_file
