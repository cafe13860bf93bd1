// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <thrift/TBase.h>

namespace automl::idl {

// A record as JSON with the field names of the IDL. Enums are lower-case words, a Value is the
// plain value, a list of Assignments an object, and numbers that JSON lacks are "nan", "inf",
// "-inf". Text is always valid UTF-8 with control characters escaped. Throws std::logic_error for
// an enum field that has no names (a test walks them all).
std::string to_json(const apache::thrift::TBase& record);

template <class Record>
std::string to_json(const std::vector<Record>& records) {
  std::string text = "[";
  for (const Record& record : records) {
    text += (text.size() > 1 ? "," : "") + to_json(record);
  }
  return text + "]";
}

// Text in JSON's quotes.
std::string json_quoted(const std::string& text);

}  // namespace automl::idl
