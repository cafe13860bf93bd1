// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::engine::study_file {

// `between 0 and 1`, `one of sgd, adam`, `true or false`: what values a parameter has.
std::string values_of(const idl::Parameter& parameter);

// The value in the parameter's own kind (3 for a float is 3.0), or why it cannot have it.
struct Admission {
  std::optional<idl::Value> value;
  std::string objection;
};
Admission admit(const idl::Parameter& parameter, const idl::Value& value);

std::string to_text(idl::ComparisonOp::type op);

// Why `parameter op operands` makes no sense or can never hold; empty when it can.
std::string comparison_objection(const idl::Parameter& parameter,
                                 idl::ComparisonOp::type op,
                                 const std::vector<idl::Value>& operands);

}  // namespace automl::engine::study_file
