// SPDX-License-Identifier: Apache-2.0
// What a program says to automl, and hears from it: one header, C++17, no dependencies. Outside a
// session the calls print instead, so a program runs unchanged by hand. Not thread safe.
//
//   automl::Params params;                                  // of this trial
//   double lr = params.number("lr", 0.1);                   // 0.1 when run by hand
//   if (automl::report(epoch, {{"loss", loss}}) != "continue") break;
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace automl {

// Whether this program runs in a session.
inline bool inside() { return std::getenv("AUTOML_SOCKET") != nullptr; }

namespace detail {

// Text after `"name":` in a flat JSON object, without quotes; false when it is not there.
inline bool find_value(const std::string& json, const std::string& name, std::string& value) {
  const std::string key = '"' + name + '"';
  std::size_t at = json.find(key);
  while (at != std::string::npos) {
    std::size_t colon = json.find_first_not_of(" \t\n", at + key.size());
    if (colon != std::string::npos && json[colon] == ':') {
      std::size_t start = json.find_first_not_of(" \t\n", colon + 1);
      if (start == std::string::npos) {
        return false;
      }
      value.clear();
      if (json[start] == '"') {
        for (std::size_t i = start + 1; i < json.size() && json[i] != '"'; ++i) {
          value += json[i] == '\\' && i + 1 < json.size() ? json[++i] : json[i];
        }
      } else {
        value = json.substr(start, json.find_first_of(",} \t\n", start) - start);
      }
      return true;
    }
    at = json.find(key, at + 1);
  }
  return false;
}

inline std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One line to the runner, one line back; empty when it does not answer.
inline std::string call(const std::string& line) {
  static int connection = -1;
  if (connection < 0) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, std::getenv("AUTOML_SOCKET"), sizeof address.sun_path - 1);
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      close(connection);
      connection = -1;
      return "";
    }
  }
  std::string answer;
  if (send(connection, line.data(), line.size(), MSG_NOSIGNAL) ==
      static_cast<ssize_t>(line.size())) {
    for (char c = 0; read(connection, &c, 1) == 1 && c != '\n';) {
      answer += c;
    }
  }
  if (answer.empty()) {
    close(connection);
    connection = -1;
  }
  return answer;
}

inline std::string verdict_of(const std::string& answer) {
  std::string text;
  if (find_value(answer, "error", text)) {
    throw std::invalid_argument("automl: " + text);
  }
  return find_value(answer, "verdict", text) ? text : "continue";
}

inline std::string number_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  const bool finite = std::strpbrk(text, "in") == nullptr;
  return finite ? text : '"' + std::string(text) + '"';
}

}  // namespace detail

// The parameters of this trial; empty outside one.
class Params {
 public:
  Params() {
    if (const char* path = std::getenv("AUTOML_PARAMS")) {
      json_ = detail::read_text(path);
    }
  }
  double number(const std::string& name, double fallback) const {
    std::string text;
    return detail::find_value(json_, name, text) ? std::strtod(text.c_str(), nullptr) : fallback;
  }
  std::string text(const std::string& name, const std::string& fallback) const {
    std::string value;
    return detail::find_value(json_, name, value) ? value : fallback;
  }

 private:
  std::string json_;
};

// Reports metrics at a step; a negative step is counted up instead. Returns "continue", "stop" or
// "pause". Throws std::invalid_argument when the runner refuses the report.
inline std::string report(long step,
                          std::initializer_list<std::pair<const char*, double>> metrics) {
  if (!inside()) {
    std::printf("[automl] step %ld", step);
    for (const auto& [name, value] : metrics) {
      std::printf(" %s=%.6g", name, value);
    }
    std::printf("\n");
    return "continue";
  }
  std::string line = "{\"report\": {";
  if (step >= 0) {
    line += "\"step\": " + std::to_string(step) + ", ";
  }
  for (const auto& [name, value] : metrics) {
    line += '"' + std::string(name) + "\": " + detail::number_text(value) + ", ";
  }
  line.replace(line.size() - 2, 2, "}}\n");
  return detail::verdict_of(detail::call(line));
}

// Whether the program has been asked to end.
inline bool should_stop() {
  return inside() && detail::verdict_of(detail::call("{\"verdict\": {}}\n")) != "continue";
}

// Keeps bytes under a plain file name for later attempts; the file is whole or absent.
inline bool save(const std::string& name, const std::string& bytes) {
  const char* folder = std::getenv("AUTOML_CHECKPOINT");
  const std::string base = folder != nullptr ? folder : "checkpoint";
  mkdir(base.c_str(), 0777);
  const std::string aside = base + "/.saving-" + name;
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const bool whole =
      file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      fsync(file) == 0;
  if (file >= 0) {
    close(file);
  }
  return whole && std::rename(aside.c_str(), (base + "/" + name).c_str()) == 0;
}

// What was saved; empty when there is nothing.
inline std::string load(const std::string& name) {
  const char* folder = std::getenv("AUTOML_CHECKPOINT");
  return detail::read_text(((folder != nullptr ? folder : "checkpoint") + ("/" + name)).c_str());
}

// Path of the session's (first) dataset; empty when there is none.
inline std::string dataset() {
  const char* path = std::getenv("AUTOML_DATASET");
  return path != nullptr ? path : "";
}

}  // namespace automl
