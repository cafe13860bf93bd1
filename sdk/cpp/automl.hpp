// SPDX-License-Identifier: Apache-2.0
// What a program says to automl, and hears from it: one header, C++17, no dependencies. Outside a
// session the calls print instead, so a program runs unchanged by hand. May be used from any
// thread.
//
//   automl::Params params;                                  // of this trial
//   double lr = params.number("lr", 0.1);                   // 0.1 when run by hand
//   if (automl::report(epoch, {{"loss", loss}}) != "continue") break;
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace automl {

// Whether this program runs in a session.
inline bool inside() { return std::getenv("AUTOML_SOCKET") != nullptr; }

namespace detail {

// Reads a JSON object of numbers, texts and truth values: what parameters and answers are. Values
// become text: numbers and words as written, strings decoded. Anything nested ends the reading.
class FlatObject {
 public:
  explicit FlatObject(const std::string& json) : json_(json) {
    if (!take('{')) {
      return;
    }
    std::string name;
    std::string value;
    while (string(name) && take(':') && (string(value) || word(value))) {
      values_[name] = value;
      if (!take(',')) {
        return;
      }
    }
  }

  const std::map<std::string, std::string>& values() const { return values_; }

 private:
  void skip_space() { at_ = std::min(json_.find_first_not_of(" \t\r\n", at_), json_.size()); }

  bool take(char c) {
    skip_space();
    const bool there = at_ < json_.size() && json_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }

  bool word(std::string& value) {
    skip_space();
    const std::size_t end = std::min(json_.find_first_of(",}[]{ \t\r\n", at_), json_.size());
    value = json_.substr(at_, end - at_);
    at_ = end;
    return !value.empty();
  }

  bool string(std::string& value) {
    value.clear();
    if (!take('"')) {
      return false;
    }
    while (at_ < json_.size() && json_[at_] != '"') {
      if (json_[at_] == '\\' && at_ + 1 < json_.size()) {
        ++at_;
        escape(value);
      } else {
        value += json_[at_++];
      }
    }
    return take('"');
  }

  void escape(std::string& value) {
    static const char kNames[] = "bfnrt";
    static const char kBytes[] = "\b\f\n\r\t";
    const char c = json_[at_++];
    if (c == 'u') {
      unsigned long code = hex();
      if (code >= 0xd800 && code < 0xdc00 && json_.compare(at_, 2, "\\u") == 0) {
        at_ += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + (hex() - 0xdc00);
      }
      append_utf8(value, code);
    } else {
      const char* known = std::strchr(kNames, c);
      value += known == nullptr || c == '\0' ? c : kBytes[known - kNames];
    }
  }

  unsigned long hex() {
    const std::string digits = json_.substr(at_, 4);
    at_ = std::min(at_ + 4, json_.size());
    return std::strtoul(digits.c_str(), nullptr, 16);
  }

  static void append_utf8(std::string& text, unsigned long code) {
    const auto byte = [&text](unsigned long bits) { text += static_cast<char>(bits); };
    if (code < 0x80) {
      byte(code);
      return;
    }
    if (code < 0x800) {
      byte(0xc0 | code >> 6);
    } else if (code < 0x10000) {
      byte(0xe0 | code >> 12);
      byte(0x80 | (code >> 6 & 0x3f));
    } else {
      byte(0xf0 | (code >> 18 & 7));
      byte(0x80 | (code >> 12 & 0x3f));
      byte(0x80 | (code >> 6 & 0x3f));
    }
    byte(0x80 | (code & 0x3f));
  }

  const std::string& json_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> values_;
};

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The connection to the runner; a forked process makes its own.
class Channel {
 public:
  // One line to the runner, one line back; empty when it does not answer.
  std::string ask(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string answer;
    for (int round = 0; round < 2 && answer.empty(); ++round) {
      if ((socket_ >= 0 && owner_ == getpid()) || open()) {
        answer = send_all(line) ? receive() : "";
      }
      if (answer.empty()) {
        close_socket();
      }
    }
    if (answer.empty() && !warned_) {
      warned_ = true;
      std::fprintf(stderr, "[automl] the runner does not answer\n");
    }
    return answer;
  }

  ~Channel() { close_socket(); }

 private:
  bool open() {
    close_socket();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, std::getenv("AUTOML_SOCKET"), sizeof address.sun_path - 1);
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    owner_ = getpid();
    return connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool send_all(const std::string& line) const {
    for (std::size_t at = 0; at < line.size();) {
      const ssize_t count = send(socket_, line.data() + at, line.size() - at, MSG_NOSIGNAL);
      if (count <= 0 && errno != EINTR) {
        return false;
      }
      at += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return true;
  }

  std::string receive() const {
    std::string answer;
    for (;;) {
      char c = 0;
      const ssize_t count = read(socket_, &c, 1);
      if (count == 1 && c == '\n') {
        return answer;
      }
      if (count == 1) {
        answer += c;
      } else if (count == 0 || errno != EINTR) {
        return "";
      }
    }
  }

  void close_socket() {
    if (socket_ >= 0) {
      close(socket_);
      socket_ = -1;
    }
  }

  std::mutex mutex_;
  int socket_ = -1;
  pid_t owner_ = 0;
  bool warned_ = false;
};

inline Channel& channel() {
  static Channel one;
  return one;
}

inline std::string verdict_of(const std::string& answer) {
  const FlatObject reply(answer);
  const auto error = reply.values().find("error");
  if (error != reply.values().end()) {
    throw std::invalid_argument("automl: " + error->second);
  }
  const auto verdict = reply.values().find("verdict");
  return verdict == reply.values().end() ? "continue" : verdict->second;
}

// As JSON; not-a-number and infinity have no form of their own there and go as text.
inline std::string number_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  const bool finite = std::strpbrk(text, "in") == nullptr;
  return finite ? text : '"' + std::string(text) + '"';
}

inline std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    char code[8];
    std::snprintf(
        code, sizeof code, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    const bool control = static_cast<unsigned char>(c) < ' ';
    json += c == '"' || c == '\\' ? std::string{'\\', c} : control ? code : std::string(1, c);
  }
  return json + "\"";
}

// `parameters`: a JSON object without line breaks.
inline void tell_uses(const std::string& parameters) {
  if (inside()) {
    verdict_of(channel().ask("{\"uses\": " + parameters + "}\n"));
  }
}

// A folder that the environment names, or one here; made when it is missing.
inline std::string folder(const char* variable, const char* fallback) {
  const char* given = std::getenv(variable);
  const std::string path = given != nullptr && *given != '\0' ? given : fallback;
  mkdir(path.c_str(), 0777);
  return path;
}

inline std::string checkpoint_path(const std::string& name) {
  if (name.empty() || name[0] == '.' || name.find('/') != std::string::npos) {
    throw std::invalid_argument("a checkpoint's name is a plain file name, got " + name);
  }
  return folder("AUTOML_CHECKPOINT", "checkpoint") + "/" + name;
}

}  // namespace detail

// The parameters of this trial; empty outside one. The runner is told that they are in use.
class Params {
 public:
  Params() {
    if (const char* path = std::getenv("AUTOML_PARAMS")) {
      std::string json = detail::read_text(path);
      values_ = detail::FlatObject(json).values();
      std::replace(json.begin(), json.end(), '\n', ' ');
      detail::tell_uses(values_.empty() ? "{}" : json);
    }
  }
  bool has(const std::string& name) const { return values_.count(name) != 0; }
  // `fallback` where the trial does not have the parameter. Throws std::invalid_argument when it
  // is no number.
  double number(const std::string& name, double fallback) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      return fallback;
    }
    char* end = nullptr;
    const double value = std::strtod(found->second.c_str(), &end);
    if (end == found->second.c_str() || *end != '\0') {
      throw std::invalid_argument("parameter " + name + " is no number: " + found->second);
    }
    return value;
  }
  long integer(const std::string& name, long fallback) const {
    return static_cast<long>(number(name, static_cast<double>(fallback)));
  }
  bool flag(const std::string& name, bool fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : found->second == "true";
  }
  std::string text(const std::string& name, const std::string& fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

// A parameter's value: a number, a truth value or a text.
class Value {
 public:
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  Value(Number number)  // NOLINT(google-explicit-constructor)
      : json_(std::is_same_v<Number, bool> ? (number ? "true" : "false")
                                           : detail::number_text(static_cast<double>(number))) {}
  Value(const char* text) : json_(detail::quoted(text)) {}  // NOLINT(google-explicit-constructor)
  Value(const std::string& text)                            // NOLINT(google-explicit-constructor)
      : json_(detail::quoted(text)) {}
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

// Tells what parameters this program trains with, so that the engine can compare them with the
// trial's: for one that has them from its command line or with its checkpoint rather than from
// Params. Other names than the trial's do not matter. Throws as report does.
inline void uses(std::initializer_list<std::pair<const char*, Value>> parameters) {
  std::string members;
  for (const auto& [name, value] : parameters) {
    members += (members.empty() ? "" : ", ") + detail::quoted(name) + ": " + value.json();
  }
  detail::tell_uses("{" + members + "}");
}

using Metrics = std::initializer_list<std::pair<const char*, double>>;

// Reports metrics at a step; a negative step is counted up instead. Returns "continue", "stop" or
// "pause". Throws std::invalid_argument when the runner refuses the report.
inline std::string report(long step, Metrics metrics) {
  if (!inside()) {
    std::printf("[automl]");
    if (step >= 0) {
      std::printf(" step %ld", step);
    }
    for (const auto& [name, value] : metrics) {
      std::printf(" %s=%.6g", name, value);
    }
    std::printf("\n");
    std::fflush(stdout);
    return "continue";
  }
  std::string fields = step >= 0 ? "\"step\": " + std::to_string(step) : "";
  for (const auto& [name, value] : metrics) {
    fields +=
        (fields.empty() ? "" : ", ") + detail::quoted(name) + ": " + detail::number_text(value);
  }
  return detail::verdict_of(detail::channel().ask("{\"report\": {" + fields + "}}\n"));
}

inline std::string report(Metrics metrics) { return report(-1, metrics); }

// Whether the program has been asked to end.
inline bool should_stop() {
  return inside() && detail::verdict_of(detail::channel().ask("{\"verdict\": {}}\n")) != "continue";
}

// Keeps bytes under a plain file name for later attempts; the file is whole or absent, and
// read-only: save again to replace it. Inside a session it returns when everything in the
// checkpoint folder is durable, whatever happens then. False when it could not be kept.
inline bool save(const std::string& name, const std::string& bytes) {
  const std::string path = detail::checkpoint_path(name);
  const std::string aside = detail::folder("AUTOML_CHECKPOINT", "checkpoint") + "/.saving-" + name;
  unlink(aside.c_str());  // left by a crash
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  std::size_t done = 0;
  while (file >= 0 && done < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) {
      break;
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  const bool whole =
      file >= 0 && done == bytes.size() && fchmod(file, 0444) == 0 && fsync(file) == 0;
  if (file >= 0) {
    close(file);
  }
  if (!whole || std::rename(aside.c_str(), path.c_str()) != 0) {
    unlink(aside.c_str());
    return false;
  }
  try {
    const std::string line = "{\"save\": {\"name\": " + detail::quoted(name) + "}}\n";
    return !inside() || !detail::verdict_of(detail::channel().ask(line)).empty();
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "[automl] %s\n", error.what());
    return false;
  }
}

// What was saved; empty when there is nothing.
inline std::string load(const std::string& name) {
  return detail::read_text(detail::checkpoint_path(name));
}

// Path of the session's dataset (the first one, or by name); empty when there is none.
inline std::string dataset(const std::string& name = "") {
  std::string variable = name.empty() ? "AUTOML_DATASET" : "AUTOML_DATASET_";
  for (const char c : name) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += letter ? static_cast<char>(c - 'a' + 'A') : (kept ? c : '_');
  }
  const char* path = std::getenv(variable.c_str());
  return path != nullptr ? path : "";
}

// The seed of this trial: another one in each trial and each repeat of `compare:`, the same
// whenever the trial runs again. By hand: `fallback`.
inline long seed(long fallback = 0) {
  const char* given = std::getenv("AUTOML_SEED");
  return given != nullptr && *given != '\0' ? std::strtol(given, nullptr, 10) : fallback;
}

// The folder for files to keep; by hand: ./output.
inline std::string output() { return detail::folder("AUTOML_OUTPUT", "output"); }

}  // namespace automl
