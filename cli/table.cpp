// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kGap = 2;

}  // namespace

Table& Table::add_column(const std::string& title, bool right) {
  columns_.push_back({title, right, 0, false});
  return *this;
}

Table& Table::may_shrink(std::size_t least) {
  columns_.back().least = least;
  return *this;
}

Table& Table::may_drop() {
  columns_.back().drops = true;
  return *this;
}

void Table::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::natural_widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = width_of(columns_[i].title);
    for (const auto& row : rows_) {
      widest = std::max(widest, width_of(row[i]));
    }
    widths.push_back(widest);
  }
  return widths;
}

std::vector<bool> Table::left_out(const std::vector<std::size_t>& natural,
                                  std::size_t width) const {
  std::vector<bool> out(columns_.size(), false);
  std::size_t needed = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::size_t least = columns_[i].least;
    needed += kGap + (least > 0 ? std::min(least, natural[i]) : natural[i]);
  }
  bool any = false;
  for (std::size_t i = columns_.size(); i-- > 0 && needed > width + kGap;) {
    if (columns_[i].drops) {
      const std::size_t least = columns_[i].least;
      needed -= kGap + (least > 0 ? std::min(least, natural[i]) : natural[i]);
      needed += any ? 0 : kGap + 1;
      any = true;
      out[i] = true;
    }
  }
  return out;
}

std::string Table::text(std::size_t width) const {
  std::vector<std::size_t> widths = natural_widths();
  const std::vector<bool> out = left_out(widths, width);
  const auto first_out = std::find(out.begin(), out.end(), true) - out.begin();
  const auto total = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      sum += out[i] ? 0 : widths[i] + kGap;
    }
    return sum + (first_out < static_cast<std::ptrdiff_t>(out.size()) ? kGap + 1 : 0);
  };
  while (total() > width + kGap) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool gives = !out[i] && columns_[i].least > 0 && widths[i] > columns_[i].least;
      if (gives && (widest == columns_.size() || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    if (widest == columns_.size()) {
      break;
    }
    --widths[widest];
  }
  std::string result;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!out[i] || static_cast<std::ptrdiff_t>(i) == first_out) {
        line += line.empty() ? "" : std::string(kGap, ' ');
        line += out[i] ? "…" : padded(cut(cell_of(i), widths[i]), widths[i], columns_[i].right);
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += cut(line, width) + "\n";
  };
  add_line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    add_line([&](std::size_t i) { return row[i]; });
  }
  return result;
}

}  // namespace automl::cli
