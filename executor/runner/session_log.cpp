// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/session_log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

namespace automl::executor {

namespace {

constexpr std::size_t kFlushBytes = 256 << 10;
constexpr std::int64_t kTailBytes = 2 << 20;
constexpr std::size_t kPrefixBytes = 30;  // time, stream and line end

// Length of the UTF-8 sequence at `text`, 0 if it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 0;
  if (first < 0x80) {
    return first >= 0x20 && first != 0x7f ? 1 : (first == '\t' ? 1 : 0);
  }
  if (first >= 0xc2 && first < 0xe0) {
    length = 2;
  } else if (first >= 0xe0 && first < 0xf0) {
    length = 3;
  } else if (first >= 0xf0 && first < 0xf5) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool beyond = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

// Without an early exit, so that it is done many bytes at a time.
bool plain(std::string_view text) {
  bool odd = false;
  for (const char c : text) {
    odd |= (static_cast<unsigned char>(c - 0x20) > 0x5e) & (c != '\t');
  }
  return !odd;
}

std::string time_stamp(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text,
                sizeof text,
                "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                utc.tm_year + 1900,
                utc.tm_mon + 1,
                utc.tm_mday,
                utc.tm_hour,
                utc.tm_min,
                utc.tm_sec,
                static_cast<int>(ms % 1000));
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  if (plain(text)) {
    return std::string(text);
  }
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) {
      result += "\xef\xbf\xbd";
      ++at;
    } else {
      result.append(text.substr(at, length));
      at += length;
    }
  }
  return result;
}

std::size_t whole_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) {
    return text.size();
  }
  for (std::size_t back = 0; back < 4 && back < limit; ++back) {
    if ((static_cast<unsigned char>(text[limit - back]) & 0xc0) != 0x80) {
      return limit - back;
    }
  }
  return limit;
}

SessionLog::SessionLog(const std::string& path, std::int64_t limit_bytes, bool keep)
    : file_(open(
          path.c_str(), O_RDWR | O_CREAT | (keep ? 0 : O_TRUNC) | O_CLOEXEC | O_NOFOLLOW, 0600)),
      head_limit_(limit_bytes - std::min(kTailBytes, limit_bytes / 2)),
      tail_part_limit_(static_cast<std::size_t>(std::min(kTailBytes, limit_bytes / 2) / 2)) {
  if (file_ < 0) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
  written_ = lseek(file_, 0, SEEK_END);
  mark_time();
}

SessionLog::~SessionLog() { close(file_); }

void SessionLog::mark_time() {
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
  if (now_ms != stamp_ms_) {
    stamp_ms_ = now_ms;
    stamp_ = time_stamp(now_ms);
  }
}

void SessionLog::add(const char* stream, std::string_view line, bool continued) {
  std::string cleaned;
  if (!plain(line)) {
    cleaned = printable(line);
    line = cleaned;
  }
  std::string& text = destination(line.size() + kPrefixBytes);
  text += stamp_;
  text += ' ';
  text += stream;
  text += continued ? "+ " : " ";
  text += line;
  text += '\n';
  if (&text == &buffer_ && buffer_.size() >= kFlushBytes) {
    flush();
  }
}

std::string& SessionLog::destination(std::size_t line_bytes) {
  const auto size = static_cast<std::int64_t>(line_bytes);
  if (!head_full_ && accepted_ + size <= head_limit_) {
    accepted_ += size;
    return buffer_;
  }
  head_full_ = true;
  if (newer_tail_.size() + line_bytes > tail_part_limit_) {
    dropped_ += static_cast<std::int64_t>(older_tail_.size());
    older_tail_.swap(newer_tail_);
    newer_tail_.clear();
  }
  return newer_tail_;
}

void SessionLog::flush() {
  std::size_t done = 0;
  const std::int64_t start = written_.load(std::memory_order_relaxed);
  while (done < buffer_.size()) {
    const ssize_t count = pwrite(file_,
                                 buffer_.data() + done,
                                 buffer_.size() - done,
                                 start + static_cast<std::int64_t>(done));
    if (count <= 0) {
      // Full disk: the program goes on, its output is counted as dropped.
      dropped_ += static_cast<std::int64_t>(buffer_.size() - done);
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  written_.store(start + static_cast<std::int64_t>(done), std::memory_order_release);
  buffer_.clear();
}

void SessionLog::finish() {
  if (dropped_ > 0) {
    buffer_ += stamp_ + " err [automl: " + std::to_string(dropped_) +
               " bytes of output were dropped here]\n";
  }
  for (std::string* tail : {&older_tail_, &newer_tail_}) {
    buffer_ += *tail;
    tail->clear();
  }
  flush();
}

std::string SessionLog::read(std::int64_t offset, std::size_t limit) const {
  std::string bytes(
      std::min<std::size_t>(
          limit, static_cast<std::size_t>(std::max<std::int64_t>(0, written() - offset))),
      '\0');
  const ssize_t count = pread(file_, bytes.data(), bytes.size(), offset);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

}  // namespace automl::executor
