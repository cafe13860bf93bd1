// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/neighbour_ranks.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "search/prior_tasks.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kNeighbours = 5;
constexpr std::size_t kLookedAt = 200;

std::vector<std::size_t> complete_rows(const ObservationTable& table) {
  std::vector<std::size_t> rows;
  for (const std::size_t row : table.order()) {
    if (table.status(row) == Status::kComplete) {
      rows.push_back(row);
    }
  }
  return rows;
}

double distance(const SearchSpace& space,
                const ObservationTable& a,
                std::size_t row_a,
                const ObservationTable& b,
                std::size_t row_b) {
  double sum = 0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const double x = a.unit(row_a, i);
    const double y = b.unit(row_b, i);
    if (std::isnan(x) || std::isnan(y)) {
      sum += std::isnan(x) == std::isnan(y) ? 0 : 1;
    } else {
      sum += space[i].kind == Kind::kCategorical ? (x == y ? 0 : 1) : std::abs(x - y);
    }
  }
  return sum;
}

}  // namespace

double neighbour_weight(const SearchSpace& space,
                        const ObservationTable& earlier,
                        const ObservationTable& now) {
  std::vector<std::size_t> known = complete_rows(earlier);
  std::stable_sort(known.begin(), known.end(), [&](std::size_t a, std::size_t b) {
    return earlier.value(a) < earlier.value(b);
  });
  std::vector<std::size_t> asked = complete_rows(now);
  if (asked.size() > kLookedAt) {
    asked.erase(asked.begin(), asked.end() - static_cast<std::ptrdiff_t>(kLookedAt));
  }
  if (known.empty()) {
    return 0;
  }
  std::vector<double> predicted;
  std::vector<double> actual;
  for (const std::size_t row : asked) {
    std::vector<std::pair<double, double>> nearest;  // distance, rank
    for (std::size_t rank = 0; rank < known.size(); ++rank) {
      nearest.emplace_back(distance(space, earlier, known[rank], now, row),
                           static_cast<double>(rank));
    }
    const std::size_t count = std::min(kNeighbours, nearest.size());
    std::partial_sort(
        nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(count), nearest.end());
    double sum = 0;
    double total = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double weight = 1 / (nearest[k].first + 1e-3);
      sum += weight * nearest[k].second;
      total += weight;
    }
    predicted.push_back(sum / total);
    actual.push_back(now.value(row));
  }
  return rank_weight(predicted, actual);
}

}  // namespace automl::search
