// SPDX-License-Identifier: Apache-2.0
#include "engine/parameter_value.hpp"

#include <charconv>

namespace automl::engine {

idl::Value real_value(double value) {
  idl::Value result;
  result.__set_real(value);
  return result;
}

idl::Value integer_value(std::int64_t value) {
  idl::Value result;
  result.__set_integer(value);
  return result;
}

idl::Value text_value(const std::string& value) {
  idl::Value result;
  result.__set_text(value);
  return result;
}

idl::Value flag_value(bool value) {
  idl::Value result;
  result.__set_flag(value);
  return result;
}

std::optional<double> number_in(const idl::Value& value) {
  if (value.__isset.real) {
    return value.real;
  }
  if (value.__isset.integer) {
    return static_cast<double>(value.integer);
  }
  return std::nullopt;
}

bool same_value(const idl::Value& a, const idl::Value& b) {
  if (a.__isset.text || b.__isset.text) {
    return a.__isset.text && b.__isset.text && a.text == b.text;
  }
  if (a.__isset.flag || b.__isset.flag) {
    return a.__isset.flag && b.__isset.flag && a.flag == b.flag;
  }
  if (a.__isset.integer && b.__isset.integer) {
    return a.integer == b.integer;
  }
  return number_in(a) == number_in(b);
}

std::string to_text(double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return error == std::errc() ? std::string(text, end) : std::string();
}

std::string to_text(const idl::Value& value) {
  if (value.__isset.text) {
    return value.text;
  }
  if (value.__isset.flag) {
    return value.flag ? "true" : "false";
  }
  return value.__isset.integer ? std::to_string(value.integer) : to_text(value.real);
}

}  // namespace automl::engine
