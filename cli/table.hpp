// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::cli {

// Aligned columns. The last columns are cut when the screen is too narrow; nothing ever wraps.
class Table {
 public:
  // `right`: numbers, aligned at their right end.
  void add_column(const std::string& title, bool right = false);
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Lines with their ends; titles first.
  std::string text(std::size_t width) const;

 private:
  struct Column {
    std::string title;
    bool right;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace automl::cli
