// SPDX-License-Identifier: Apache-2.0
#include "engine/spec_text.hpp"

#include <utility>
#include <vector>

#include "engine/parameter_value.hpp"

namespace automl::engine {

namespace {

std::string in_units(std::int64_t amount,
                     const std::vector<std::pair<std::int64_t, const char*>>& largest_first) {
  for (const auto& [size, unit] : largest_first) {
    if (amount > 0 && amount % size == 0) {
      return std::to_string(amount / size) + unit;
    }
  }
  return "none";
}

std::string choices_text(const idl::Parameter& parameter) {
  std::string text;
  for (const idl::Value& choice : parameter.choices) {
    text += (text.empty() ? "" : ", ") + to_text(choice);
  }
  return parameter.kind == idl::ParameterKind::FIXED ? text : "[" + text + "]";
}

std::string kind_text(const idl::Parameter& parameter) {
  switch (parameter.kind) {
    case idl::ParameterKind::FLOAT:
      return "float: [" + to_text(parameter.low) + ", " + to_text(parameter.high) + "]";
    case idl::ParameterKind::INT:
      return "int: [" + to_text(parameter.low) + ", " + to_text(parameter.high) + "]";
    case idl::ParameterKind::CHOICE:
      return "choice: " + choices_text(parameter);
    case idl::ParameterKind::ORDINAL:
      return "ordinal: " + choices_text(parameter);
    case idl::ParameterKind::BOOL:
      return "bool";
    case idl::ParameterKind::FIXED:
      return "fixed: " + choices_text(parameter);
  }
  return "";
}

std::string comparison_text(const idl::Comparison& comparison) {
  std::string operands;
  for (const idl::Value& operand : comparison.operands) {
    operands += (operands.empty() ? "" : ", ") + to_text(operand);
  }
  const char* op = "";
  switch (comparison.op) {
    case idl::ComparisonOp::EQUAL:
      break;
    case idl::ComparisonOp::NOT_EQUAL:
      op = "!= ";
      break;
    case idl::ComparisonOp::LESS:
      op = "< ";
      break;
    case idl::ComparisonOp::LESS_OR_EQUAL:
      op = "<= ";
      break;
    case idl::ComparisonOp::GREATER:
      op = "> ";
      break;
    case idl::ComparisonOp::GREATER_OR_EQUAL:
      op = ">= ";
      break;
    case idl::ComparisonOp::ANY_OF:
      return comparison.parameter + ": [" + operands + "]";
  }
  return comparison.parameter + ": " + op + operands;
}

}  // namespace

std::string parameter_text(const idl::Parameter& parameter) {
  std::string text = "{" + kind_text(parameter);
  text += parameter.log ? ", log: true" : "";
  text += parameter.step > 0 ? ", step: " + to_text(parameter.step) : "";
  if (parameter.__isset.default_value) {
    text += ", default: " + to_text(parameter.default_value);
  }
  std::string conditions;
  for (const idl::Comparison& condition : parameter.conditions) {
    conditions += (conditions.empty() ? "" : ", ") + comparison_text(condition);
  }
  return text + (conditions.empty() ? "" : ", when: {" + conditions + "}") + "}";
}

std::string algorithm_text(const idl::Algorithm& algorithm) {
  std::string options;
  for (const auto& [name, value] : algorithm.options) {
    options += (options.empty() ? "" : ", ") + name + ": " + value;
  }
  return options.empty() ? algorithm.name : "{" + algorithm.name + ": {" + options + "}}";
}

std::string seconds_text(std::int64_t seconds) {
  return in_units(seconds, {{86'400, "d"}, {3'600, "h"}, {60, "m"}, {1, "s"}});
}

std::string bytes_text(std::int64_t bytes) {
  return in_units(bytes,
                  {{std::int64_t{1} << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}});
}

}  // namespace automl::engine
