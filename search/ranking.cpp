// SPDX-License-Identifier: Apache-2.0
#include "search/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "search/pareto.hpp"

namespace automl::search {

namespace {

enum class Standing { kFeasible, kInfeasible, kPruned, kFailed };

Standing standing(const Observation& observation) {
  const bool finite = std::isfinite(observation.value) &&
                      std::all_of(observation.further.begin(),
                                  observation.further.end(),
                                  [](double value) { return std::isfinite(value); });
  if (observation.status == Status::kFailed || !finite) {
    return Standing::kFailed;
  }
  if (observation.status == Status::kPruned) {
    return Standing::kPruned;
  }
  return observation.feasible() ? Standing::kFeasible : Standing::kInfeasible;
}

// Puts those with several objectives into the order of their fronts.
void order_by_fronts(const std::vector<const Observation*>& observations,
                     std::vector<std::size_t>& places) {
  std::vector<Point> points;
  for (const std::size_t place : places) {
    points.push_back({observations[place]->value});
    const std::vector<double>& further = observations[place]->further;
    points.back().insert(points.back().end(), further.begin(), further.end());
  }
  std::vector<std::size_t> ordered;
  for (const std::size_t i : pareto_order(points)) {
    ordered.push_back(places[i]);
  }
  places = std::move(ordered);
}

}  // namespace

double total_excess(const std::vector<double>& constraints) {
  double total = 0;
  for (const double excess : constraints) {
    total += std::isnan(excess) ? HUGE_VAL : std::max(0.0, excess);
  }
  return total;
}

std::vector<std::size_t> best_first(const std::vector<const Observation*>& observations) {
  using Key = std::tuple<Standing, double, std::int64_t>;
  std::vector<Key> keys;
  std::vector<std::size_t> places(observations.size());
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Observation& one = *observations[i];
    const Standing group = standing(one);
    const double value = group == Standing::kFailed       ? 0
                         : group == Standing::kInfeasible ? total_excess(one.constraints)
                                                          : one.value;
    keys.emplace_back(group, value, one.trial);
    places[i] = i;
  }
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return keys[a] < keys[b];
  });
  const auto feasible = std::find_if(places.begin(), places.end(), [&](std::size_t place) {
    return std::get<Standing>(keys[place]) != Standing::kFeasible;
  });
  if (feasible != places.begin() && !observations[places.front()]->further.empty()) {
    std::vector<std::size_t> head(places.begin(), feasible);
    order_by_fronts(observations, head);
    std::copy(head.begin(), head.end(), places.begin());
  }
  return places;
}

}  // namespace automl::search
