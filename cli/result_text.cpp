// SPDX-License-Identifier: Apache-2.0
#include "cli/result_text.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

// By how much a value misses a constraint; unset when it meets it.
std::optional<double> missed_by(const idl::Constraint& constraint, double value) {
  const double bound = constraint.bound;
  switch (constraint.op) {
    case idl::ComparisonOp::LESS:
      return value < bound ? std::nullopt : std::optional(value - bound);
    case idl::ComparisonOp::LESS_OR_EQUAL:
      return value <= bound ? std::nullopt : std::optional(value - bound);
    case idl::ComparisonOp::GREATER:
      return value > bound ? std::nullopt : std::optional(bound - value);
    default:
      return value >= bound ? std::nullopt : std::optional(bound - value);
  }
}

}  // namespace

const idl::Objective& first_objective(const idl::StudySpec& spec) {
  static const idl::Objective kNone;
  return spec.objectives.empty() ? kNone : spec.objectives.front();
}

bool several_objectives(const idl::StudySpec& spec) { return spec.objectives.size() > 1; }

std::string objectives_text(const idl::StudySpec& spec) {
  std::string text;
  for (const idl::Objective& objective : spec.objectives) {
    text += (text.empty() ? "" : ", ") + objective.metric;
  }
  return text;
}

std::optional<double> value_of(const idl::Trial& trial, std::size_t objective) {
  if (objective < trial.values.size()) {
    return trial.values[objective];
  }
  return objective == 0 && trial.__isset.value ? std::optional(trial.value) : std::nullopt;
}

double gain(const idl::Objective& objective, double value, double than) {
  return objective.goal == idl::Goal::MAXIMIZE ? value - than : than - value;
}

std::vector<std::string> bounded_metrics(const idl::StudySpec& spec) {
  std::vector<std::string> names;
  for (const idl::Constraint& constraint : spec.constraints) {
    const bool objective =
        std::any_of(spec.objectives.begin(), spec.objectives.end(), [&](const auto& one) {
          return one.metric == constraint.metric;
        });
    if (!objective && std::find(names.begin(), names.end(), constraint.metric) == names.end()) {
      names.push_back(constraint.metric);
    }
  }
  return names;
}

bool feasible(const idl::Trial& trial) { return !(trial.violation > 0); }

std::string missed_text(const idl::StudySpec& spec, const idl::Trial& trial) {
  std::string text;
  for (const idl::Constraint& constraint : spec.constraints) {
    const auto value = trial.constraint_values.find(constraint.metric);
    if (value == trial.constraint_values.end()) {
      continue;
    }
    if (const auto by = missed_by(constraint, value->second)) {
      text += (text.empty() ? "misses " : ", ") + constraint.text + " by " + number_text(*by, 4);
    }
  }
  return text.empty() && !feasible(trial) ? "infeasible" : text;
}

std::string values_text(const idl::StudySpec& spec, const idl::Trial& trial) {
  std::string text;
  const auto add = [&text](const std::string& metric, double value) {
    text += (text.empty() ? "" : " ") + metric + "=" + number_text(value, 8);
  };
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    if (const auto value = value_of(trial, i)) {
      add(spec.objectives[i].metric, *value);
    }
  }
  for (const std::string& metric : bounded_metrics(spec)) {
    const auto value = trial.constraint_values.find(metric);
    if (value != trial.constraint_values.end()) {
      add(metric, value->second);
    }
  }
  return text;
}

std::string front_text(const idl::StudyStatus& status) {
  std::string text = count_text(status.front_size, "trial") + " on the front";
  const idl::StudySpec& spec = status.study.spec;
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    std::vector<double> values;
    for (const idl::Trial& trial : status.front) {
      if (const auto value = value_of(trial, i)) {
        values.push_back(*value);
      }
    }
    if (values.empty()) {
      continue;
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const bool up = spec.objectives[i].goal == idl::Goal::MAXIMIZE;
    text += (i == 0 ? ": " : ", ") + spec.objectives[i].metric + " " +
            number_text(up ? *high : *low, 4);
    text += *low < *high ? " … " + number_text(up ? *low : *high, 4) : "";
  }
  return text;
}

}  // namespace automl::cli
