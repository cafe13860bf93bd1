// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/value_rules.hpp"

#include <algorithm>
#include <cmath>

#include "engine/parameter_value.hpp"
#include "engine/study_file/nearest_name.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kShownChoices = 8;

bool numeric(const idl::Parameter& parameter) {
  return parameter.kind == idl::ParameterKind::FLOAT || parameter.kind == idl::ParameterKind::INT;
}

bool ordered(const idl::Parameter& parameter) {
  return numeric(parameter) || parameter.kind == idl::ParameterKind::ORDINAL ||
         parameter.kind == idl::ParameterKind::FIXED;
}

std::string in_quotes(const idl::Value& value) {
  const std::string text = engine::to_text(value);
  return value.__isset.text ? "\"" + text + "\"" : text;
}

bool on_step(const idl::Parameter& parameter, double number) {
  if (parameter.step <= 0) {
    return true;
  }
  const double steps = (number - parameter.low) / parameter.step;
  return std::abs(steps - std::round(steps)) <= 1e-9 * std::max(1.0, std::abs(steps));
}

Admission admit_number(const idl::Parameter& parameter, const idl::Value& value) {
  const bool whole = parameter.kind == idl::ParameterKind::INT;
  const std::optional<double> number = number_in(value);
  if (!number || (whole && *number != std::floor(*number))) {
    return {std::nullopt,
            (whole ? "must be a whole number, got " : "must be a number, got ") + in_quotes(value)};
  }
  if (*number < parameter.low || *number > parameter.high) {
    return {std::nullopt, "must be " + values_of(parameter) + ", got " + in_quotes(value)};
  }
  if (!on_step(parameter, *number)) {
    return {std::nullopt,
            "must be " + engine::to_text(parameter.low) + " plus a multiple of step " +
                engine::to_text(parameter.step) + ", got " + in_quotes(value)};
  }
  return {whole ? integer_value(static_cast<std::int64_t>(*number)) : real_value(*number), ""};
}

std::string choice_hint(const idl::Parameter& parameter, const idl::Value& value) {
  std::vector<std::string> names;
  for (const idl::Value& choice : parameter.choices) {
    names.push_back(engine::to_text(choice));
  }
  return did_you_mean(engine::to_text(value), names);
}

// Whether some number in the range satisfies the comparison.
bool satisfiable(const idl::Parameter& parameter, idl::ComparisonOp::type op, double operand) {
  switch (op) {
    case idl::ComparisonOp::LESS:
      return parameter.low < operand;
    case idl::ComparisonOp::LESS_OR_EQUAL:
      return parameter.low <= operand;
    case idl::ComparisonOp::GREATER:
      return parameter.high > operand;
    case idl::ComparisonOp::GREATER_OR_EQUAL:
      return parameter.high >= operand;
    default:
      return parameter.low <= operand && operand <= parameter.high;
  }
}

bool compares_order(idl::ComparisonOp::type op) {
  return op == idl::ComparisonOp::LESS || op == idl::ComparisonOp::LESS_OR_EQUAL ||
         op == idl::ComparisonOp::GREATER || op == idl::ComparisonOp::GREATER_OR_EQUAL;
}

bool all_numbers(const std::vector<idl::Value>& values) {
  return std::all_of(values.begin(), values.end(), [](const idl::Value& value) {
    return number_in(value).has_value();
  });
}

}  // namespace

std::string values_of(const idl::Parameter& parameter) {
  if (numeric(parameter)) {
    return "between " + engine::to_text(parameter.low) + " and " + engine::to_text(parameter.high);
  }
  if (parameter.kind == idl::ParameterKind::BOOL) {
    return "true or false";
  }
  std::string text = parameter.choices.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
    if (i == kShownChoices) {
      return text + ", …";
    }
    text += (i == 0 ? "" : ", ") + engine::to_text(parameter.choices[i]);
  }
  return text;
}

Admission admit(const idl::Parameter& parameter, const idl::Value& value) {
  if (numeric(parameter)) {
    return admit_number(parameter, value);
  }
  if (parameter.kind == idl::ParameterKind::BOOL) {
    if (value.__isset.flag) {
      return {value, ""};
    }
    return {std::nullopt, "must be true or false, got " + in_quotes(value)};
  }
  for (const idl::Value& choice : parameter.choices) {
    if (same_value(choice, value)) {
      return {choice, ""};
    }
  }
  return {std::nullopt,
          "must be " + values_of(parameter) + ", got " + in_quotes(value) +
              choice_hint(parameter, value)};
}

std::string to_text(idl::ComparisonOp::type op) {
  switch (op) {
    case idl::ComparisonOp::EQUAL:
      return "==";
    case idl::ComparisonOp::NOT_EQUAL:
      return "!=";
    case idl::ComparisonOp::LESS:
      return "<";
    case idl::ComparisonOp::LESS_OR_EQUAL:
      return "<=";
    case idl::ComparisonOp::GREATER:
      return ">";
    case idl::ComparisonOp::GREATER_OR_EQUAL:
      return ">=";
    case idl::ComparisonOp::ANY_OF:
      return "in";
  }
  return "";
}

std::string comparison_objection(const idl::Parameter& parameter,
                                 idl::ComparisonOp::type op,
                                 const std::vector<idl::Value>& operands) {
  if (compares_order(op) && !ordered(parameter)) {
    return "\"" + parameter.name + "\" has no order, so " + to_text(op) + " does not apply to it";
  }
  for (const idl::Value& operand : operands) {
    if (numeric(parameter)) {
      const std::optional<double> number = number_in(operand);
      if (!number) {
        return "\"" + parameter.name + "\" is a number, never " + in_quotes(operand);
      }
      if (op != idl::ComparisonOp::NOT_EQUAL && !satisfiable(parameter, op, *number)) {
        return "this can never hold: \"" + parameter.name + "\" lies " + values_of(parameter);
      }
      continue;
    }
    const bool between = compares_order(op) && number_in(operand) && all_numbers(parameter.choices);
    if (const Admission admission = admit(parameter, operand); !admission.value && !between) {
      return "\"" + parameter.name + "\" is never " + in_quotes(operand) + "; it is " +
             values_of(parameter) + choice_hint(parameter, operand);
    }
  }
  return "";
}

}  // namespace automl::engine::study_file
