// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::cli {

// A text that a person edits in $VISUAL or $EDITOR, in a file that stays until it is discarded.
class Draft {
 public:
  // Throws std::runtime_error when there is no room for the file.
  explicit Draft(const std::string& text);

  const std::string& path() const { return path_; }
  // Opens the editor with the remarks as comments on top, and returns the text without them. Throws
  // std::runtime_error when the editor cannot be run or fails.
  std::string edit(const std::vector<std::string>& remarks);
  void discard() const;

 private:
  std::string path_;
  std::string text_;
};

}  // namespace automl::cli
