// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace automl::engine {

namespace {

// Far from everything, and sums of such still are numbers.
constexpr double kFarthest = 1e100;

void follow(ObjectiveTrace& trace, const idl::Objective& objective, double value) {
  trace.any = true;
  trace.last = value;
  if (std::isfinite(value)) {
    const bool better =
        !trace.best ||
        (objective.goal == idl::Goal::MAXIMIZE ? value > *trace.best : value < *trace.best);
    if (better) {
      trace.best = value;
    }
  }
  trace.window.push_back(value);
  while (static_cast<std::int32_t>(trace.window.size()) > std::max(1, objective.window)) {
    trace.window.pop_front();
  }
}

// Whether this measurement is the best one of the first objective so far.
bool follow_objectives(ResultTrace& trace,
                       const idl::StudySpec& spec,
                       const idl::Measurement& measurement) {
  bool best = false;
  trace.objectives.resize(spec.objectives.size());
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    const auto found = measurement.metrics.find(spec.objectives[i].metric);
    if (found == measurement.metrics.end()) {
      continue;
    }
    const std::optional<double> before = trace.objectives[i].best;
    follow(trace.objectives[i], spec.objectives[i], found->second);
    best = best || (i == 0 && trace.objectives[i].best != before);
  }
  return best;
}

double value_by_rule(const ObjectiveTrace& trace, const idl::Objective& objective) {
  if (objective.rule == idl::ValueRule::BEST) {
    return trace.best.value_or(trace.last);
  }
  if (objective.rule == idl::ValueRule::MEAN_LAST) {
    double mean = 0;
    for (const double one : trace.window) {
      mean += one / static_cast<double>(trace.window.size());
    }
    return mean;
  }
  return trace.last;
}

bool finite(const std::string& metric, double value, std::string& why) {
  if (!std::isfinite(value)) {
    why = metric + " is " + (std::isnan(value) ? "not a number" : "infinite");
  }
  return std::isfinite(value);
}

// From the value of each needed metric.
std::optional<TrialResult> made_of(const idl::StudySpec& spec,
                                   const std::map<std::string, double>& metrics,
                                   std::string& why) {
  TrialResult result;
  for (const idl::Objective& objective : spec.objectives) {
    result.values.push_back(metrics.at(objective.metric));
    if (!finite(objective.metric, result.values.back(), why)) {
      return std::nullopt;
    }
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    const double value = metrics.at(constraint.metric);
    if (!finite(constraint.metric, value, why)) {
      return std::nullopt;
    }
    result.constraint_values[constraint.metric] = value;
    result.violation += std::max(0.0, excess(constraint, value));
  }
  return result;
}

// The value of each metric that was reported, by the objectives' rules.
std::map<std::string, double> reported_metrics(const ResultTrace& trace,
                                               const idl::StudySpec& spec) {
  std::map<std::string, double> metrics;
  for (std::size_t i = 0; i < trace.objectives.size(); ++i) {
    if (trace.objectives[i].any) {
      metrics[spec.objectives[i].metric] = value_by_rule(trace.objectives[i], spec.objectives[i]);
    }
  }
  const bool beside = spec.objectives.front().rule == idl::ValueRule::BEST;
  for (const auto& [metric, bounded] : trace.bounded) {
    if (bounded.last) {
      metrics.emplace(metric, beside ? bounded.beside_best.value_or(*bounded.last) : *bounded.last);
    }
  }
  return metrics;
}

// `value` under the name it stands for.
std::map<std::string, double> told_metrics(const idl::StudySpec& spec,
                                           const idl::Outcome& outcome) {
  std::map<std::string, double> metrics = outcome.metrics;
  if (outcome.__isset.value) {
    metrics.emplace(spec.objectives.front().metric, outcome.value);
  }
  return metrics;
}

}  // namespace

void follow(ResultTrace& trace, const idl::StudySpec& spec, const idl::Measurement& measurement) {
  const bool best = follow_objectives(trace, spec, measurement);
  if (best) {
    trace.best_step = measurement.step;
  }
  const bool any_best = !trace.objectives.empty() && trace.objectives.front().best.has_value();
  for (const idl::Constraint& constraint : spec.constraints) {
    BoundedTrace& bounded = trace.bounded[constraint.metric];
    const auto found = measurement.metrics.find(constraint.metric);
    if (found != measurement.metrics.end()) {
      bounded.last = found->second;
    }
    if (best) {
      bounded.beside_best = bounded.last;
    } else if (found != measurement.metrics.end() && any_best &&
               (!bounded.beside_best || measurement.step == trace.best_step)) {
      bounded.beside_best = found->second;
    }
  }
}

std::optional<TrialResult> final_result(const ResultTrace& trace,
                                        const idl::StudySpec& spec,
                                        std::string& why,
                                        std::string& missing) {
  const std::map<std::string, double> metrics = reported_metrics(trace, spec);
  for (const std::string& metric : needed_metrics(spec)) {
    if (metrics.count(metric) == 0) {
      why = "ended without reporting " + metric;
      missing = metric;
      return std::nullopt;
    }
  }
  return made_of(spec, metrics, why);
}

std::optional<TrialResult> partial_result(const ResultTrace& trace, const idl::StudySpec& spec) {
  const std::map<std::string, double> metrics = reported_metrics(trace, spec);
  TrialResult result;
  for (const idl::Objective& objective : spec.objectives) {
    const auto value = metrics.find(objective.metric);
    if (value == metrics.end() || !std::isfinite(value->second)) {
      return std::nullopt;
    }
    result.values.push_back(value->second);
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    const auto value = metrics.find(constraint.metric);
    if (value != metrics.end() && std::isfinite(value->second)) {
      result.constraint_values[constraint.metric] = value->second;
      result.violation += std::max(0.0, excess(constraint, value->second));
    }
  }
  return result;
}

void keep(idl::Trial& trial, const TrialResult& result) {
  trial.__set_value(result.values.front());
  trial.values = result.values;
  trial.constraint_values = result.constraint_values;
  trial.violation = result.violation;
}

std::vector<std::string> needed_metrics(const idl::StudySpec& spec) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const idl::Objective& objective : spec.objectives) {
    add(objective.metric);
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    add(constraint.metric);
  }
  return names;
}

std::string outcome_objection(const idl::StudySpec& spec, const idl::Outcome& outcome) {
  if (!outcome.__isset.value && outcome.metrics.empty()) {
    return "";
  }
  const std::string& first = spec.objectives.front().metric;
  const auto again = outcome.metrics.find(first);
  if (outcome.__isset.value && again != outcome.metrics.end() && again->second != outcome.value) {
    return first + " is told twice, with different values";
  }
  const std::vector<std::string> needed = needed_metrics(spec);
  std::string all;
  for (const std::string& metric : needed) {
    all += (all.empty() ? "" : ", ") + metric;
  }
  const std::map<std::string, double> metrics = told_metrics(spec, outcome);
  for (const std::string& metric : needed) {
    if (metrics.count(metric) == 0) {
      return metric + " is missing; tell all of " + all;
    }
  }
  for (const auto& [metric, value] : metrics) {
    if (std::find(needed.begin(), needed.end(), metric) == needed.end()) {
      return "the study has no metric \"" + metric + "\"; it has " + all;
    }
  }
  return "";
}

std::optional<TrialResult> told_result(const idl::StudySpec& spec,
                                       const idl::Outcome& outcome,
                                       std::string& why) {
  const std::map<std::string, double> metrics = told_metrics(spec, outcome);
  if (metrics.empty()) {
    why = outcome.failure.empty() ? "told as failed" : outcome.failure;
    return std::nullopt;
  }
  std::optional<TrialResult> result = made_of(spec, metrics, why);
  if (!result && !outcome.failure.empty()) {
    why = outcome.failure;
  }
  return result;
}

std::map<std::string, double> missed_constraints(const idl::StudySpec& spec,
                                                 const idl::Trial& trial) {
  std::map<std::string, double> missed;
  for (const idl::Constraint& constraint : spec.constraints) {
    const auto value = trial.constraint_values.find(constraint.metric);
    if (value != trial.constraint_values.end() && excess(constraint, value->second) > 0) {
      missed[constraint.text] = std::abs(value->second - constraint.bound);
    }
  }
  return missed;
}

double excess(const idl::Constraint& constraint, double value) {
  const bool above =
      constraint.op == idl::ComparisonOp::LESS || constraint.op == idl::ComparisonOp::LESS_OR_EQUAL;
  const bool strict =
      constraint.op == idl::ComparisonOp::LESS || constraint.op == idl::ComparisonOp::GREATER;
  const double scale = constraint.bound == 0 ? 1 : std::abs(constraint.bound);
  // Divided first: the difference of two large numbers may be infinite.
  const double beyond =
      above ? value / scale - constraint.bound / scale : constraint.bound / scale - value / scale;
  if (value == constraint.bound) {
    return strict ? std::numeric_limits<double>::epsilon() : 0;
  }
  // Rounding must not turn a value that misses its bound into one that meets it, nor the reverse.
  const bool met = above ? value < constraint.bound : value > constraint.bound;
  const double least = std::numeric_limits<double>::epsilon();
  return std::clamp(
      met ? std::min(beyond, -least) : std::max(beyond, least), -kFarthest, kFarthest);
}

}  // namespace automl::engine
