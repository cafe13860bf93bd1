// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/objective_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/study_file/metric_reader.hpp"
#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"

namespace automl::engine::study_file {

namespace {

constexpr int kWidestWindow = 10'000;
constexpr std::size_t kMostObjectives = 10;
constexpr std::size_t kMostConstraints = 50;
constexpr const char* kSpace = " \t\n";

// `mean(last 5)`: 5; 0 when it is something else.
int mean_window(const std::string& text) {
  const std::string before = "mean(last ";
  if (text.compare(0, before.size(), before) != 0 || text.back() != ')') {
    return 0;
  }
  const auto window = to_integer(text.substr(before.size(), text.size() - before.size() - 1));
  return window && *window >= 1 && *window <= kWidestWindow ? static_cast<int>(*window) : 0;
}

void read_rule(const Node& node,
               const std::string& shown,
               idl::Objective& objective,
               Complaints& complaints) {
  const std::string text = node.is_scalar() ? node.text : "";
  if (text == "last" || text == "best") {
    objective.rule = text == "last" ? idl::ValueRule::LAST : idl::ValueRule::BEST;
  } else if (const int window = text.empty() ? 0 : mean_window(text); window > 0) {
    objective.rule = idl::ValueRule::MEAN_LAST;
    objective.window = window;
  } else {
    complaints.add(node.at,
                   shown + " must be last, best or mean(last N), got " + quoted(node) +
                       did_you_mean(text, {"last", "best"}));
  }
}

idl::Objective read_objective(const Node& node, const std::string& shown, Complaints& complaints) {
  const Section section(node, "objective", shown, complaints);
  idl::Objective objective;
  objective.metric = section.text("metric").value_or("");
  if (const Node* metric = section.find("metric");
      metric != nullptr && !valid_metric_name(metric->text)) {
    complaints.add(metric->at, section.full("metric") + ": " + metric_name_rule(*metric));
  }
  objective.goal = section.text("goal") == "maximize" ? idl::Goal::MAXIMIZE : idl::Goal::MINIMIZE;
  objective.rule = idl::ValueRule::LAST;
  if (const Node* rule = section.find("value")) {
    read_rule(*rule, section.full("value"), objective, complaints);
  }
  return objective;
}

struct Bound {
  idl::Constraint constraint;
  std::string objection;  // empty: none
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<idl::ComparisonOp::type> bounding_operator(const std::string& text) {
  return text == "<"    ? std::optional(idl::ComparisonOp::LESS)
         : text == "<=" ? std::optional(idl::ComparisonOp::LESS_OR_EQUAL)
         : text == ">"  ? std::optional(idl::ComparisonOp::GREATER)
         : text == ">=" ? std::optional(idl::ComparisonOp::GREATER_OR_EQUAL)
                        : std::nullopt;
}

Bound read_bound(const std::string& text) {
  Bound bound;
  const std::size_t at = text.find_first_of("<>=!");
  if (at == std::string::npos) {
    bound.objection = "must be like \"latency_ms < 20\", got \"" + text.substr(0, 60) + "\"";
    return bound;
  }
  const std::size_t end = std::min(text.find_first_not_of("<>=!", at), text.size());
  const std::string relation = text.substr(at, end - at);
  const std::string metric = trimmed(text.substr(0, at));
  const std::string number = trimmed(text.substr(end));
  const auto op = bounding_operator(relation);
  const std::optional<double> value = to_number(number);
  if (number.find_first_of("<>=!") != std::string::npos) {
    bound.objection = "takes one bound; write two entries";
  } else if (!op) {
    bound.objection = "must bound a metric by one of < <= > >=, got \"" + relation + "\"";
  } else if (to_number(metric)) {
    bound.objection = "must name the metric first: " + (number.empty() ? "latency_ms" : number) +
                      " " + (relation[0] == '<' ? ">" : "<") + relation.substr(1) + " " + metric;
  } else if (!valid_metric_name(metric)) {
    bound.objection = "must begin with the name of a metric, got \"" + metric.substr(0, 60) + "\"";
  } else if (!value) {
    bound.objection = "must have a number behind \"" + relation + "\", got " +
                      (number.empty() ? "nothing" : "\"" + number.substr(0, 60) + "\"");
  } else {
    bound.constraint.metric = metric;
    bound.constraint.op = *op;
    bound.constraint.bound = *value;
    bound.constraint.text = trimmed(text);
  }
  return bound;
}

bool from_above(const idl::Constraint& constraint) {
  return constraint.op == idl::ComparisonOp::LESS ||
         constraint.op == idl::ComparisonOp::LESS_OR_EQUAL;
}

bool strict(const idl::Constraint& constraint) {
  return constraint.op == idl::ComparisonOp::LESS || constraint.op == idl::ComparisonOp::GREATER;
}

// Why two constraints do not go together; empty: they do.
std::string quarrel(const idl::Constraint& before, const idl::Constraint& now) {
  if (before.metric != now.metric) {
    return "";
  }
  if (from_above(before) == from_above(now)) {
    return "bounds " + now.metric + " on the same side as \"" + before.text + "\"";
  }
  const double high = from_above(now) ? now.bound : before.bound;
  const double low = from_above(now) ? before.bound : now.bound;
  const bool empty = high < low || (high == low && (strict(before) || strict(now)));
  return empty ? "can never hold together with \"" + before.text + "\"" : "";
}

}  // namespace

std::vector<idl::Objective> read_objectives(const Node& node, Complaints& complaints) {
  std::vector<idl::Objective> objectives;
  if (!node.is_list()) {
    return {read_objective(node, "objective", complaints)};
  }
  if (node.items.empty() || node.items.size() > kMostObjectives) {
    complaints.add(node.at, "objective as a list has 1 to 10 entries {metric, goal, value}");
    return objectives;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& entry = node.items[i];
    const std::string shown = "objective[" + std::to_string(i) + "]";
    if (!entry.is_mapping()) {
      complaints.add(entry.at,
                     shown + " must be a mapping {metric, goal, value}, got " + quoted(entry));
      continue;
    }
    objectives.push_back(read_objective(entry, shown, complaints));
    const std::string& metric = objectives.back().metric;
    const auto first = std::find_if(objectives.begin(), objectives.end(), [&](const auto& other) {
      return other.metric == metric;
    });
    if (!metric.empty() && first != objectives.end() - 1) {
      complaints.add(entry.at, shown + ": \"" + metric + "\" is an objective already");
    }
  }
  return objectives;
}

std::vector<idl::Constraint> read_constraints(const Node& node, Complaints& complaints) {
  std::vector<idl::Constraint> constraints;
  if (!node.is_list()) {
    complaints.add(node.at,
                   "constraints must be a list like [\"latency_ms < 20\"], got " + quoted(node));
    return constraints;
  }
  if (node.items.size() > kMostConstraints) {
    complaints.add(node.at, "constraints has more than 50 entries");
    return constraints;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& entry = node.items[i];
    const std::string shown = "constraints[" + std::to_string(i) + "] ";
    if (!entry.is_scalar()) {
      complaints.add(entry.at, shown + "must be like \"latency_ms < 20\", got " + quoted(entry));
      continue;
    }
    Bound bound = read_bound(entry.text);
    for (const idl::Constraint& before : constraints) {
      if (bound.objection.empty()) {
        bound.objection = quarrel(before, bound.constraint);
      }
    }
    if (bound.objection.empty()) {
      constraints.push_back(std::move(bound.constraint));
    } else {
      complaints.add(entry.at, shown + bound.objection);
    }
  }
  return constraints;
}

void check_constraints(const Node& node, const idl::StudySpec& spec, Complaints& complaints) {
  for (std::size_t i = 0; i < spec.constraints.size(); ++i) {
    const std::string& metric = spec.constraints[i].metric;
    const auto named = [&](const auto& one) { return one.metric == metric; };
    if (std::any_of(spec.metrics.begin(), spec.metrics.end(), named) ||
        std::any_of(spec.objectives.begin(), spec.objectives.end(), named)) {
      continue;
    }
    const std::string shown = "constraints[" + std::to_string(i) + "]: \"" + metric + "\" ";
    const bool parameter = std::any_of(
        spec.space.begin(), spec.space.end(), [&](const auto& one) { return one.name == metric; });
    if (parameter) {
      complaints.add(node.items[i].at,
                     shown +
                         "is a parameter, which space: and forbid: bound; constraints are on "
                         "metrics the program reports");
    } else if (metric == "step") {
      complaints.add(node.items[i].at, shown + "numbers the reports and is no metric");
    }
  }
}

}  // namespace automl::engine::study_file
