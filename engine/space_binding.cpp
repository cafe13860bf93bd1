// SPDX-License-Identifier: Apache-2.0
#include "engine/space_binding.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "engine/parameter_value.hpp"
#include "engine/trial_result.hpp"

namespace automl::engine {

namespace {

using Names = std::unordered_map<std::string, std::size_t>;

Names index_names(const std::vector<idl::Parameter>& parameters) {
  Names names;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    names.emplace(parameters[i].name, i);
  }
  return names;
}

bool has_choices(const idl::Parameter& parameter) {
  return parameter.kind == idl::ParameterKind::CHOICE ||
         parameter.kind == idl::ParameterKind::ORDINAL ||
         parameter.kind == idl::ParameterKind::FIXED;
}

// The numbers an ordinal stands for, when they all are numbers and ascend.
std::vector<double> scale_of(const idl::Parameter& parameter) {
  std::vector<double> scale;
  for (const idl::Value& choice : parameter.choices) {
    const std::optional<double> number = number_in(choice);
    if (!number || (!scale.empty() && *number <= scale.back())) {
      return {};
    }
    scale.push_back(*number);
  }
  return scale;
}

// A value in native units of the search library; unset when the parameter cannot take it at all.
std::optional<double> native(const idl::Parameter& parameter, const idl::Value& value) {
  if (has_choices(parameter)) {
    const auto found = std::find_if(
        parameter.choices.begin(), parameter.choices.end(), [&](const idl::Value& choice) {
          return same_value(choice, value);
        });
    if (found == parameter.choices.end()) {
      return std::nullopt;
    }
    return static_cast<double>(found - parameter.choices.begin());
  }
  if (parameter.kind == idl::ParameterKind::BOOL) {
    return value.__isset.flag ? std::optional<double>(value.flag ? 1 : 0) : std::nullopt;
  }
  const std::optional<double> number = number_in(value);
  if (!number || !std::isfinite(*number) ||
      (parameter.kind == idl::ParameterKind::INT && *number != std::floor(*number))) {
    return std::nullopt;
  }
  return number;
}

// An operand may also lie between two steps of a numeric ordinal (`width >= 100`).
double native_operand(const idl::Parameter& parameter, const idl::Value& value, std::size_t where) {
  if (const std::optional<double> exact = native(parameter, value)) {
    return *exact;
  }
  const std::optional<double> number = number_in(value);
  if (number && !has_choices(parameter) && parameter.kind != idl::ParameterKind::BOOL) {
    return *number;
  }
  const std::vector<double> scale = scale_of(parameter);
  if (number && !scale.empty()) {
    return static_cast<double>(std::lower_bound(scale.begin(), scale.end(), *number) -
                               scale.begin()) -
           0.5;
  }
  throw search::SpaceError(where, "\"" + parameter.name + "\" is never " + to_text(value));
}

search::Relation relation_of(idl::ComparisonOp::type op) {
  switch (op) {
    case idl::ComparisonOp::EQUAL:
      return search::Relation::kEqual;
    case idl::ComparisonOp::NOT_EQUAL:
      return search::Relation::kNotEqual;
    case idl::ComparisonOp::LESS:
      return search::Relation::kLess;
    case idl::ComparisonOp::LESS_OR_EQUAL:
      return search::Relation::kLessOrEqual;
    case idl::ComparisonOp::GREATER:
      return search::Relation::kGreater;
    case idl::ComparisonOp::GREATER_OR_EQUAL:
      return search::Relation::kGreaterOrEqual;
    case idl::ComparisonOp::ANY_OF:
      return search::Relation::kAnyOf;
  }
  return search::Relation::kEqual;
}

search::Comparison to_comparison(const idl::Comparison& comparison,
                                 const std::vector<idl::Parameter>& parameters,
                                 const Names& names,
                                 std::size_t where) {
  const auto found = names.find(comparison.parameter);
  if (found == names.end()) {
    throw search::SpaceError(where, "there is no parameter \"" + comparison.parameter + "\"");
  }
  search::Comparison bound;
  bound.parameter = found->second;
  bound.relation = relation_of(comparison.op);
  for (const idl::Value& operand : comparison.operands) {
    bound.operands.push_back(native_operand(parameters[found->second], operand, where));
  }
  return bound;
}

search::Kind kind_of(idl::ParameterKind::type kind) {
  switch (kind) {
    case idl::ParameterKind::FLOAT:
      return search::Kind::kFloat;
    case idl::ParameterKind::INT:
      return search::Kind::kInt;
    case idl::ParameterKind::CHOICE:
      return search::Kind::kCategorical;
    case idl::ParameterKind::ORDINAL:
      return search::Kind::kOrdinal;
    case idl::ParameterKind::BOOL:
      return search::Kind::kBool;
    case idl::ParameterKind::FIXED:
      return search::Kind::kFixed;
  }
  return search::Kind::kFixed;
}

search::Parameter to_parameter(const idl::Parameter& parameter,
                               const std::vector<idl::Parameter>& parameters,
                               const Names& names,
                               std::size_t where) {
  search::Parameter bound;
  bound.name = parameter.name;
  bound.kind = kind_of(parameter.kind);
  if (has_choices(parameter)) {
    bound.choices = parameter.choices.size();
    if (parameter.kind == idl::ParameterKind::ORDINAL) {
      bound.scale = scale_of(parameter);
    }
  } else if (parameter.kind == idl::ParameterKind::BOOL) {
    bound.choices = 2;
  } else {
    bound.low = parameter.low;
    bound.high = parameter.high;
    bound.log = parameter.log;
    bound.step = parameter.step;
  }
  if (parameter.__isset.default_value) {
    bound.default_value = native(parameter, parameter.default_value);
    if (!bound.default_value) {
      throw search::SpaceError(
          where, "the default of \"" + parameter.name + "\" is not one of its values");
    }
  }
  for (const idl::Comparison& condition : parameter.conditions) {
    bound.conditions.push_back(to_comparison(condition, parameters, names, where));
  }
  return bound;
}

idl::Value to_value(const idl::Parameter& parameter, double native_value) {
  if (has_choices(parameter)) {
    return parameter.choices.at(static_cast<std::size_t>(native_value));
  }
  switch (parameter.kind) {
    case idl::ParameterKind::BOOL:
      return flag_value(native_value != 0);
    case idl::ParameterKind::INT:
      return integer_value(std::llround(native_value));
    default:
      return real_value(native_value);
  }
}

// The text of the entry of `forbid` that holds; empty: none.
std::string forbidding_clause(const search::SearchSpace& space,
                              const idl::StudySpec& spec,
                              const search::Configuration& configuration) {
  for (std::size_t i = 0; i < space.forbidden().size(); ++i) {
    const auto& all_of = space.forbidden()[i].all_of;
    if (std::all_of(all_of.begin(), all_of.end(), [&](const search::Comparison& comparison) {
          return comparison.holds(configuration);
        })) {
      return spec.forbid[i].text;
    }
  }
  return "";
}

std::size_t bounded_metrics(const idl::StudySpec& spec) {
  std::set<std::string> metrics;
  for (const idl::Constraint& constraint : spec.constraints) {
    metrics.insert(constraint.metric);
  }
  return metrics.size();
}

}  // namespace

search::SearchSpace make_space(const std::vector<idl::Parameter>& parameters,
                               const std::vector<idl::ForbiddenClause>& forbid) {
  const Names names = index_names(parameters);
  std::vector<search::Parameter> bound;
  bound.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    bound.push_back(to_parameter(parameters[i], parameters, names, i));
  }
  std::vector<search::Forbidden> forbidden;
  for (const idl::ForbiddenClause& clause : forbid) {
    search::Forbidden combination;
    for (const idl::Comparison& comparison : clause.all_of) {
      combination.all_of.push_back(to_comparison(comparison, parameters, names, 0));
    }
    forbidden.push_back(std::move(combination));
  }
  return {std::move(bound), std::move(forbidden)};
}

std::vector<idl::Assignment> to_assignments(const std::vector<idl::Parameter>& parameters,
                                            const search::Configuration& configuration) {
  std::vector<idl::Assignment> assignments;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (configuration.active(i)) {
      idl::Assignment assignment;
      assignment.parameter = parameters[i].name;
      assignment.value = to_value(parameters[i], configuration.values[i]);
      assignments.push_back(std::move(assignment));
    }
  }
  return assignments;
}

search::Configuration to_configuration(const search::SearchSpace& space,
                                       const std::vector<idl::Parameter>& parameters,
                                       const std::vector<idl::Assignment>& assignments) {
  const Names names = index_names(parameters);
  search::Configuration given;
  given.values.assign(space.size(), search::kInactive);
  for (const idl::Assignment& assignment : assignments) {
    const auto found = names.find(assignment.parameter);
    if (found == names.end()) {
      throw std::invalid_argument("there is no parameter \"" + assignment.parameter + "\"");
    }
    const std::optional<double> value = native(parameters[found->second], assignment.value);
    if (!value) {
      throw std::invalid_argument("\"" + assignment.parameter + "\" is never " +
                                  to_text(assignment.value));
    }
    given.values[found->second] = *value;
  }
  const search::Configuration repaired = space.repair(given);
  for (const idl::Assignment& assignment : assignments) {
    const std::size_t i = names.at(assignment.parameter);
    if (!repaired.active(i)) {
      throw std::invalid_argument("\"" + assignment.parameter +
                                  "\" is inactive with these values (see its when:)");
    }
    // Repairing a value that is on the grid may round its last digits.
    const double tolerance = 1e-9 * std::max(std::abs(given.values[i]), space[i].step);
    if (std::abs(repaired.values[i] - given.values[i]) > tolerance) {
      throw std::invalid_argument("\"" + assignment.parameter + "\" cannot be " +
                                  to_text(assignment.value) + "; the nearest value is " +
                                  to_text(to_value(parameters[i], repaired.values[i])));
    }
  }
  return repaired;
}

std::string configuration_objection(const search::SearchSpace& space,
                                    const idl::StudySpec& spec,
                                    const std::vector<idl::Assignment>& assignments) {
  try {
    const search::Configuration configuration = to_configuration(space, spec.space, assignments);
    const std::string objection = space.objection(configuration);
    const std::string clause =
        objection.empty() ? "" : forbidding_clause(space, spec, configuration);
    return clause.empty() ? objection : "forbidden by \"" + clause + "\"";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

MappedConfiguration map_configuration(const search::SearchSpace& space,
                                      const std::vector<idl::Parameter>& parameters,
                                      const std::vector<idl::Assignment>& assignments) {
  const Names names = index_names(parameters);
  search::Configuration given;
  given.values.assign(space.size(), search::kInactive);
  for (const idl::Assignment& assignment : assignments) {
    const auto found = names.find(assignment.parameter);
    if (found == names.end()) {
      continue;
    }
    const idl::Parameter& parameter = parameters[found->second];
    const std::optional<double> value = native(parameter, assignment.value);
    const bool ranged =
        parameter.kind == idl::ParameterKind::FLOAT || parameter.kind == idl::ParameterKind::INT;
    if (!value) {
      return {std::nullopt, "with " + assignment.parameter + "=" + to_text(assignment.value)};
    }
    if (ranged && (*value < parameter.low || *value > parameter.high)) {
      const bool below = *value < parameter.low;
      return {std::nullopt,
              "with " + assignment.parameter + (below ? " below " : " above ") +
                  to_text(below ? parameter.low : parameter.high)};
    }
    given.values[found->second] = *value;
  }
  search::Configuration repaired = space.repair(given);
  if (!space.objection(repaired).empty()) {
    return {std::nullopt, "forbidden"};
  }
  return {std::move(repaired), ""};
}

search::Observation to_observation(const idl::StudySpec& spec,
                                   const idl::Trial& trial,
                                   const search::Configuration& configuration) {
  search::Observation observation;
  observation.trial = trial.number;
  observation.configuration = configuration;
  observation.status = search::Status::kFailed;
  const bool pruned = trial.state == idl::TrialState::PRUNED;
  const bool whole = trial.values.size() == spec.objectives.size() &&
                     trial.constraint_values.size() == bounded_metrics(spec);
  if (trial.state != idl::TrialState::COMPLETE && !(pruned && whole)) {
    return observation;
  }
  if (trial.values.size() != spec.objectives.size()) {
    throw std::invalid_argument("trial " + std::to_string(trial.number) + " has " +
                                std::to_string(trial.values.size()) + " values for " +
                                std::to_string(spec.objectives.size()) + " objectives");
  }
  observation.status = pruned ? search::Status::kPruned : search::Status::kComplete;
  for (std::size_t i = 0; i < trial.values.size(); ++i) {
    const bool flip = spec.objectives[i].goal == idl::Goal::MAXIMIZE;
    const double value = flip ? -trial.values[i] : trial.values[i];
    if (i == 0) {
      observation.value = value;
    } else {
      observation.further.push_back(value);
    }
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    const auto value = trial.constraint_values.find(constraint.metric);
    if (value == trial.constraint_values.end()) {
      throw std::invalid_argument("trial " + std::to_string(trial.number) + " lacks " +
                                  constraint.metric);
    }
    observation.constraints.push_back(excess(constraint, value->second));
  }
  return observation;
}

}  // namespace automl::engine
