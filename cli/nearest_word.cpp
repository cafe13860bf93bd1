// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest_word.hpp"

#include <algorithm>
#include <numeric>

namespace automl::cli {

namespace {

// Edits that make one word out of the other: insert, delete, replace, swap neighbours.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(const std::string& typed, const std::vector<std::string>& words) {
  constexpr std::size_t kLongest = 30;
  if (typed.size() > kLongest) {
    return "";
  }
  std::size_t best = typed.size() <= 3 ? 2 : 3;
  std::string nearest;
  for (const std::string& word : words) {
    if (const std::size_t edits = distance(typed, word); edits < best) {
      best = edits;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace automl::cli
