// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "records_types.h"

namespace automl::engine {

// Values of parameters (idl::Value: exactly one of number, integer, text, truth value).

idl::Value real_value(double value);
idl::Value integer_value(std::int64_t value);
idl::Value text_value(const std::string& value);
idl::Value flag_value(bool value);

// The number, when it is one (integer or real).
std::optional<double> number_in(const idl::Value& value);

// Numbers compare by value (1 equals 1.0), everything else by kind and content.
bool same_value(const idl::Value& a, const idl::Value& b);

// The shortest text that reads back as exactly the same value: 0.1, 1e-05, 3, sgd, true.
std::string to_text(double value);
std::string to_text(const idl::Value& value);

}  // namespace automl::engine
