// SPDX-License-Identifier: Apache-2.0
#include "idl/json_writer.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <utility>

#include <thrift/protocol/TProtocolDecorator.h>
#include <thrift/protocol/TVirtualProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "records_types.h"
#include "service_types.h"

namespace automl::idl {

namespace {

using apache::thrift::protocol::TMessageType;
using apache::thrift::protocol::TProtocol;
using apache::thrift::protocol::TProtocolDefaults;
using apache::thrift::protocol::TType;
using apache::thrift::protocol::TVirtualProtocol;
using Names = std::map<int, const char*>;

// Which enum a field holds: structs reach a protocol with field names, enums as bare integers.
const std::map<std::pair<std::string, std::string>, const Names*>& enum_fields() {
  static const std::map<std::pair<std::string, std::string>, const Names*> kFields = {
      {{"Comparison", "op"}, &_ComparisonOp_VALUES_TO_NAMES},
      {{"Constraint", "op"}, &_ComparisonOp_VALUES_TO_NAMES},
      {{"Parameter", "kind"}, &_ParameterKind_VALUES_TO_NAMES},
      {{"Objective", "goal"}, &_Goal_VALUES_TO_NAMES},
      {{"Objective", "rule"}, &_ValueRule_VALUES_TO_NAMES},
      {{"Study", "state"}, &_StudyState_VALUES_TO_NAMES},
      {{"Trial", "state"}, &_TrialState_VALUES_TO_NAMES},
      {{"Session", "state"}, &_SessionState_VALUES_TO_NAMES},
      {{"Session", "stop_reason"}, &_StopReason_VALUES_TO_NAMES},
      {{"Attempt", "state"}, &_AttemptState_VALUES_TO_NAMES},
      {{"Attempt", "stop_reason"}, &_StopReason_VALUES_TO_NAMES},
      {{"ExitReport", "cause"}, &_ExitCause_VALUES_TO_NAMES},
      {{"ScheduleEvent", "kind"}, &_ScheduleEventKind_VALUES_TO_NAMES},
      {{"ScheduleEvent", "decision"}, &_Decision_VALUES_TO_NAMES},
      {{"SubmitReply", "outcome"}, &_Submission_VALUES_TO_NAMES},
      {{"Verdict", "action"}, &_VerdictAction_VALUES_TO_NAMES},
  };
  return kFields;
}

std::string lower(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

// Length of a valid UTF-8 sequence at `at`, 0 if it is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const unsigned first = byte(0);
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  if (first >= 0xc2 && first < 0xe0) {
    return tail(1) ? 2 : 0;
  }
  if (first >= 0xe0 && first < 0xf0) {
    const bool odd = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0);
    return tail(1) && tail(2) && !odd ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool odd = (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90);
    return tail(1) && tail(2) && tail(3) && !odd ? 4 : 0;
  }
  return 0;
}

std::string number_text(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? "\"nan\"" : (value > 0 ? "\"inf\"" : "\"-inf\"");
  }
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

// Writes records; reading is not offered.
class JsonWriter : public TVirtualProtocol<JsonWriter, TProtocolDefaults> {
 public:
  JsonWriter() : TVirtualProtocol(std::make_shared<apache::thrift::transport::TMemoryBuffer>(0u)) {}

  const std::string& text() const { return text_; }

  uint32_t writeStructBegin(const char* name) {
    const std::string kind = name;
    if (kind == "Value") {
      frames_.push_back({Frame::kTransparent, kind});
    } else if (kind == "Assignment") {
      open_list('{');
      frames_.push_back({Frame::kAssignment, kind});
    } else {
      open_list('[');
      separate();
      text_ += '{';
      frames_.push_back({Frame::kObject, kind});
    }
    return 0;
  }
  uint32_t writeStructEnd() {
    if (frames_.back().kind == Frame::kObject) {
      text_ += '}';
    }
    frames_.pop_back();
    return 0;
  }
  uint32_t writeFieldBegin(const char* name, const TType, const int16_t) {
    frames_.back().field = name;
    if (frames_.back().kind == Frame::kObject) {
      text_ += frames_.back().count++ > 0 ? "," : "";
      text_ += json_quoted(name) + ':';
    }
    return 0;
  }
  uint32_t writeFieldEnd() { return 0; }
  uint32_t writeFieldStop() { return 0; }

  uint32_t writeListBegin(const TType element, const uint32_t) {
    const bool object = element == apache::thrift::protocol::T_STRUCT &&
                        frames_.back().kind == Frame::kObject &&
                        frames_.back().field == "configuration";
    separate();
    frames_.push_back({Frame::kList, object ? "configuration" : ""});
    return 0;
  }
  uint32_t writeListEnd() {
    Frame& frame = frames_.back();
    open_list(frame.name == "configuration" ? '{' : '[');
    text_ += frame.open == '{' ? '}' : ']';
    frames_.pop_back();
    return 0;
  }
  uint32_t writeSetBegin(const TType element, const uint32_t size) {
    return writeListBegin(element, size);
  }
  uint32_t writeSetEnd() { return writeListEnd(); }
  uint32_t writeMapBegin(const TType, const TType, const uint32_t) {
    separate();
    text_ += '{';
    frames_.push_back({Frame::kMap, ""});
    return 0;
  }
  uint32_t writeMapEnd() {
    text_ += '}';
    frames_.pop_back();
    return 0;
  }

  uint32_t writeBool(const bool value) { return scalar(value ? "true" : "false"); }
  uint32_t writeByte(const int8_t value) { return scalar(std::to_string(value)); }
  uint32_t writeI16(const int16_t value) { return scalar(std::to_string(value)); }
  uint32_t writeI64(const int64_t value) { return scalar(std::to_string(value)); }
  uint32_t writeDouble(const double value) { return scalar(number_text(value)); }
  uint32_t writeBinary(const std::string& value) { return writeString(value); }
  uint32_t writeI32(const int32_t value) {
    const Frame& frame = frames_.back();
    const auto names = enum_fields().find({frame.name, frame.field});
    if (frame.kind != Frame::kObject || names == enum_fields().end()) {
      return scalar(std::to_string(value));
    }
    const auto name = names->second->find(value);
    return scalar(json_quoted(name == names->second->end() ? "unset" : lower(name->second)));
  }
  uint32_t writeString(const std::string& value) {
    Frame& frame = frames_.back();
    if (frame.kind == Frame::kAssignment) {
      // The parameter's name: the key in the object that the list has become.
      Frame& list = frames_[frames_.size() - 2];
      text_ += list.count++ > 0 ? "," : "";
      text_ += json_quoted(value) + ':';
      return 0;
    }
    return scalar(json_quoted(value));
  }
  uint32_t writeMessageBegin(const std::string&, const TMessageType, const int32_t) { return 0; }
  uint32_t writeMessageEnd() { return 0; }

 private:
  struct Frame {
    enum Kind { kObject, kList, kMap, kTransparent, kAssignment };
    Kind kind;
    std::string name;  // of the struct
    std::string field = "";
    int count = 0;
    char open = 0;  // of a list, once it is known what it becomes
  };

  // A list's bracket is written with its first element: only then is it known what the list holds.
  void open_list(char bracket) {
    if (!frames_.empty() && frames_.back().kind == Frame::kList && frames_.back().open == 0) {
      frames_.back().open = bracket;
      text_ += bracket;
    }
  }
  // Before any value inside a list or map.
  void separate() {
    if (frames_.empty()) {
      return;
    }
    Frame& frame = frames_.back();
    if (frame.kind == Frame::kList) {
      open_list('[');
      text_ += frame.count++ > 0 ? "," : "";
    } else if (frame.kind == Frame::kMap) {
      const bool key = frame.count % 2 == 0;
      text_ += key ? (frame.count > 0 ? "," : "") : ":";
      ++frame.count;
    }
  }
  uint32_t scalar(const std::string& value) {
    // A Value inside a list is an element of that list.
    if (frames_.back().kind == Frame::kTransparent && frames_.size() > 1 &&
        frames_[frames_.size() - 2].kind == Frame::kList) {
      const Frame inside = frames_.back();
      frames_.pop_back();
      separate();
      frames_.push_back(inside);
    } else {
      separate();
    }
    text_ += value;
    return 0;
  }

  std::string text_;
  std::vector<Frame> frames_;
};

}  // namespace

std::string json_quoted(const std::string& text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += text[i];
    } else if (c < 0x20 || c == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      result += escape;
    } else if (c < 0x80) {
      result += text[i];
    } else if (const std::size_t length = utf8_length(text, i); length > 0) {
      result += text.substr(i, length);
      i += length - 1;
    } else {
      result += "\\ufffd";
    }
  }
  return result + '"';
}

std::string to_json(const apache::thrift::TBase& record) {
  JsonWriter writer;
  record.write(&writer);
  return writer.text();
}

}  // namespace automl::idl
