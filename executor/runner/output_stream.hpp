// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "executor/runner/session_log.hpp"

namespace automl::executor {

// One of a program's output streams, cut into lines: each goes to the log, long ones in pieces, and
// is shown to `on_line` (its first 64 KiB). A carriage return ends a line too, as progress bars use
// it. Holds at most those 64 KiB, whatever the program writes.
class OutputStream {
 public:
  using LineHandler = std::function<void(std::string_view line)>;

  // `name` is what the log calls it: "out" or "err".
  OutputStream(const char* name, SessionLog& log, LineHandler on_line);
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  // Takes over the reading end of a pipe.
  void open(int fd);
  // -1: the stream has ended.
  int fd() const { return fd_; }
  // Takes what is there, but at most `rounds` times 256 KiB, so that nothing else has to wait.
  void read_some(int rounds);
  // A last line that was not ended.
  void finish();

 private:
  void take(std::string_view chunk);
  void take_part(std::string_view part);
  void end_line(std::string_view rest);
  void log_pieces(bool to_the_end);

  const char* name_;
  SessionLog& log_;
  LineHandler on_line_;
  int fd_ = -1;
  std::string line_;        // the current line so far, at most what patterns look at
  std::size_t logged_ = 0;  // bytes of `line_` that the log has
  bool continued_ = false;  // the log has a piece of this line
  bool after_return_ = false;
};

}  // namespace automl::executor
