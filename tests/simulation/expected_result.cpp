// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/expected_result.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace automl::simulation {

namespace {

// All that was reported of a metric, with the place of its measurement.
std::vector<std::pair<std::size_t, double>> reported(
    const std::string& metric, const std::vector<idl::Measurement>& measurements) {
  std::vector<std::pair<std::size_t, double>> values;
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const auto found = measurements[i].metrics.find(metric);
    if (found != measurements[i].metrics.end()) {
      values.emplace_back(i, found->second);
    }
  }
  return values;
}

// The place of the best measurement, the first one of equals; none: nothing finite.
std::optional<std::size_t> best_place(const idl::Objective& objective,
                                      const std::vector<idl::Measurement>& measurements) {
  std::optional<std::size_t> place;
  double best = 0;
  for (const auto& [at, value] : reported(objective.metric, measurements)) {
    const bool better = objective.goal == idl::Goal::MAXIMIZE ? value > best : value < best;
    if (std::isfinite(value) && (!place || better)) {
      place = at;
      best = value;
    }
  }
  return place;
}

}  // namespace

double value_by_rule(const idl::Objective& objective,
                     const std::vector<idl::Measurement>& measurements) {
  const auto values = reported(objective.metric, measurements);
  if (values.empty()) {
    return std::nan("");
  }
  if (objective.rule == idl::ValueRule::BEST) {
    const auto place = best_place(objective, measurements);
    return place ? measurements[*place].metrics.at(objective.metric) : values.back().second;
  }
  if (objective.rule == idl::ValueRule::MEAN_LAST) {
    const auto window =
        std::min(values.size(), static_cast<std::size_t>(std::max(1, objective.window)));
    double sum = 0;
    for (std::size_t i = values.size() - window; i < values.size(); ++i) {
      sum += values[i].second;
    }
    return sum / static_cast<double>(window);
  }
  return values.back().second;
}

double bounded_value(const idl::StudySpec& spec,
                     const std::string& metric,
                     const std::vector<idl::Measurement>& measurements) {
  for (const idl::Objective& objective : spec.objectives) {
    if (objective.metric == metric) {
      return value_by_rule(objective, measurements);
    }
  }
  const auto values = reported(metric, measurements);
  const auto best = best_place(spec.objectives[0], measurements);
  if (values.empty()) {
    return std::nan("");
  }
  if (spec.objectives[0].rule != idl::ValueRule::BEST || !best) {
    return values.back().second;
  }
  std::optional<double> beside;
  for (const auto& [place, value] : values) {
    const bool of_its_step = measurements[place].step == measurements[*best].step;
    if (place <= *best || of_its_step || !beside) {
      beside = value;
    }
  }
  return *beside;
}

bool holds(const idl::Constraint& constraint, double value) {
  switch (constraint.op) {
    case idl::ComparisonOp::LESS:
      return value < constraint.bound;
    case idl::ComparisonOp::LESS_OR_EQUAL:
      return value <= constraint.bound;
    case idl::ComparisonOp::GREATER:
      return value > constraint.bound;
    default:
      return value >= constraint.bound;
  }
}

}  // namespace automl::simulation
