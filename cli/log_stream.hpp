// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/engine_connection.hpp"

namespace automl::cli {

// Copies a session's log: lines of its standard output to ours, of its standard error to ours. A
// new attempt's log follows the one before it. With `stamps` each line keeps its time, all on our
// standard output.
class LogStream {
 public:
  LogStream(EngineConnection& engine, std::string session, bool stamps);

  // What is there now.
  void copy_new();
  // Until the log of the last attempt has ended.
  void copy_rest();
  bool ended() const { return ended_; }

 private:
  void print(const std::string& line);
  void close_lines();

  EngineConnection& engine_;
  std::string session_;
  bool stamps_;
  int attempt_ = 0;
  std::int64_t offset_ = 0;
  bool ended_ = false;
  bool out_open_ = false;  // the line printed last may go on
  bool error_open_ = false;
  std::string part_;  // of a line that is not complete yet
};

}  // namespace automl::cli
