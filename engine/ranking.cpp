// SPDX-License-Identifier: Apache-2.0
#include "engine/ranking.hpp"

#include <algorithm>

#include "search/pareto.hpp"

namespace automl::engine {

bool Ranking::add(std::int64_t number, std::vector<double> values, double violation) {
  ++size_;
  if (violation > 0) {
    infeasible_.emplace(violation, values.front(), number);
    return false;
  }
  if (values.size() > 1) {
    return add_to_fronts({std::move(values), number});
  }
  const bool leads = line_.empty() || values.front() < line_.begin()->first;
  line_.emplace(values.front(), number);
  return leads;
}

// Takes the first front in which nobody dominates the newcomer; whom it dominates there moves one
// front on, and so does whom those dominate in turn (Li et al., "Efficient nondomination level
// update method for steady-state evolutionary multiobjective optimization", IEEE Trans. Cybernetics
// 47(9), 2017).
bool Ranking::add_to_fronts(Entry entry) {
  const auto beaten_by_one_of = [](const std::vector<Entry>& front, const Entry& one) {
    return std::any_of(front.begin(), front.end(), [&](const Entry& other) {
      return search::dominates(other.first, one.first);
    });
  };
  // Whoever is dominated in one front is so in all before it.
  const auto place = std::partition_point(fronts_.begin(), fronts_.end(), [&](const auto& front) {
    return beaten_by_one_of(front, entry);
  });
  auto k = static_cast<std::size_t>(place - fronts_.begin());
  const bool leads = k == 0;
  std::vector<Entry> moving;
  moving.push_back(std::move(entry));
  for (; !moving.empty(); ++k) {
    if (k == fronts_.size()) {
      fronts_.emplace_back();
    }
    std::vector<Entry>& front = fronts_[k];
    const auto beaten = std::stable_partition(front.begin(), front.end(), [&](const Entry& one) {
      return !beaten_by_one_of(moving, one);
    });
    std::vector<Entry> next(beaten, front.end());
    front.erase(beaten, front.end());
    const auto stayed = static_cast<std::ptrdiff_t>(front.size());
    front.insert(front.end(), moving.begin(), moving.end());
    std::inplace_merge(front.begin(), front.begin() + stayed, front.end());
    moving = std::move(next);
  }
  return leads;
}

std::optional<std::int64_t> Ranking::best() const {
  return line_.empty() ? std::nullopt : std::optional(line_.begin()->second);
}

std::optional<double> Ranking::best_value() const {
  if (!line_.empty()) {
    return line_.begin()->first;
  }
  return fronts_.empty() ? std::nullopt : std::optional(fronts_.front().front().first.front());
}

std::vector<std::int64_t> Ranking::front() const {
  std::vector<std::int64_t> numbers;
  if (!fronts_.empty()) {
    for (const auto& [values, number] : fronts_.front()) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

std::vector<Ranking::Place> Ranking::places() const {
  std::vector<Place> places;
  places.reserve(size_);
  for (const auto& [value, number] : line_) {
    places.push_back({number, 0});
  }
  for (std::size_t k = 0; k < fronts_.size(); ++k) {
    for (const auto& [values, number] : fronts_[k]) {
      places.push_back({number, static_cast<std::int32_t>(k) + 1});
    }
  }
  for (const auto& [violation, value, number] : infeasible_) {
    places.push_back({number, 0});
  }
  return places;
}

}  // namespace automl::engine
