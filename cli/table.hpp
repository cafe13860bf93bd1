// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::cli {

// Aligned columns that fit the screen: what may give way does, and nothing ever wraps.
class Table {
 public:
  // `right`: numbers, aligned at their right end.
  Table& add_column(const std::string& title, bool right = false);
  // The last column may be cut to `least` columns of the screen.
  Table& may_shrink(std::size_t least);
  // The last column may be left out where shrinking does not help, the rightmost such first; a …
  // says so.
  Table& may_drop();
  // Cells that are missing at the end are empty.
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Lines with their ends; titles first.
  std::string text(std::size_t width) const;

 private:
  struct Column {
    std::string title;
    bool right;
    std::size_t least;  // 0: does not shrink
    bool drops;
  };

  std::vector<std::size_t> natural_widths() const;
  // Which columns are left out so that the rest can be cut to fit.
  std::vector<bool> left_out(const std::vector<std::size_t>& natural, std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace automl::cli
