// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace automl::executor {

// A session's log on disk: each line with its time and stream (`out` or `err`), made valid UTF-8.
// Beyond the limit the beginning and the end are kept (the end: half of the limit, at most 2 MiB,
// in memory until `finish`), with a line in between that says how much was dropped. Written by one
// thread; `written` and `read` may be used by another.
class SessionLog {
 public:
  // Starts an empty log, or with `keep` goes on reading what a dead runner has left. Throws
  // std::runtime_error.
  SessionLog(const std::string& path, std::int64_t limit_bytes, bool keep = false);
  ~SessionLog();
  SessionLog(const SessionLog&) = delete;
  SessionLog& operator=(const SessionLog&) = delete;

  // Lines added from here on carry the present time.
  void mark_time();
  // One line without its end; long ones come in several calls, `continued` from the second on.
  void add(const char* stream, std::string_view line, bool continued);
  // Hands buffered lines to the operating system.
  void flush();
  // Adds what was kept of the end. No `add` after it.
  void finish();

  std::int64_t written() const { return written_.load(std::memory_order_acquire); }
  std::int64_t dropped() const { return dropped_; }
  // Reads from the file; thread safe.
  std::string read(std::int64_t offset, std::size_t limit) const;

 private:
  // Where the next line goes: the beginning as long as there is room, then the end.
  std::string& destination(std::size_t line_bytes);

  int file_;
  std::int64_t head_limit_;
  std::size_t tail_part_limit_;
  std::string buffer_;         // of the head, not yet in the file
  std::int64_t accepted_ = 0;  // bytes that went to the head
  bool head_full_ = false;
  // The end in two parts: when the newer one is full, the older one is dropped.
  std::string older_tail_;
  std::string newer_tail_;
  std::int64_t dropped_ = 0;
  std::atomic<std::int64_t> written_ = 0;
  std::int64_t stamp_ms_ = -1;
  std::string stamp_;
};

// Replaces what is not UTF-8, and control characters but tab, by U+FFFD.
std::string printable(std::string_view text);
// How much of the text to take so that no character is cut in two; 1 to text.size().
std::size_t whole_characters(std::string_view text, std::size_t limit);

}  // namespace automl::executor
