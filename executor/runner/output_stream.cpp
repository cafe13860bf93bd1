// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/output_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace automl::executor {

namespace {

constexpr std::size_t kLogPieceBytes = 16 << 10;
constexpr std::size_t kMatchedBytes = 64 << 10;
constexpr std::size_t kReadBytes = 256 << 10;
constexpr int kPipeBytes = 1 << 20;

}  // namespace

OutputStream::OutputStream(const char* name, SessionLog& log, LineHandler on_line)
    : name_(name), log_(log), on_line_(std::move(on_line)) {}

OutputStream::~OutputStream() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void OutputStream::open(int fd) {
  fd_ = fd;
  fcntl(fd_, F_SETFL, O_NONBLOCK);
  fcntl(fd_, F_SETPIPE_SZ, kPipeBytes);
}

void OutputStream::read_some(int rounds) {
  static thread_local std::vector<char> buffer(kReadBytes);
  for (; rounds > 0 && fd_ >= 0; --rounds) {
    const ssize_t count = read(fd_, buffer.data(), buffer.size());
    if (count > 0) {
      log_.mark_time();
      take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    } else if (count == 0) {
      close(fd_);
      fd_ = -1;
    } else if (errno != EINTR) {
      return;
    }
  }
}

void OutputStream::take(std::string_view chunk) {
  while (!chunk.empty()) {
    if (after_return_ && chunk.front() == '\n') {
      chunk.remove_prefix(1);  // "\r\n" ends one line, not two
    }
    after_return_ = false;
    const std::size_t line_feed = chunk.find('\n');
    const std::size_t end = std::min(chunk.substr(0, line_feed).find('\r'), line_feed);
    if (end == std::string_view::npos) {
      take_part(chunk);
      return;
    }
    end_line(chunk.substr(0, end));
    after_return_ = chunk[end] == '\r';
    chunk.remove_prefix(end + 1);
  }
}

// Text of a line that goes on.
void OutputStream::take_part(std::string_view part) {
  while (!part.empty()) {
    const std::size_t room = kMatchedBytes - line_.size();
    if (room == 0) {
      // Beyond what patterns look at only the log needs the text, piece by piece.
      const std::string_view piece = part.substr(0, whole_characters(part, kLogPieceBytes));
      log_.add(name_, piece, continued_);
      continued_ = true;
      part.remove_prefix(piece.size());
      continue;
    }
    line_.append(part.substr(0, room));
    part.remove_prefix(std::min(room, part.size()));
    log_pieces(line_.size() == kMatchedBytes);
  }
}

void OutputStream::log_pieces(bool to_the_end) {
  while (line_.size() - logged_ > kLogPieceBytes || (to_the_end && logged_ < line_.size())) {
    const std::string_view left = std::string_view(line_).substr(logged_);
    const std::size_t size = whole_characters(left, kLogPieceBytes);
    log_.add(name_, left.substr(0, size), continued_);
    logged_ += size;
    continued_ = true;
  }
}

void OutputStream::end_line(std::string_view rest) {
  if (line_.empty() && rest.size() <= kLogPieceBytes) {  // by far the most: no copy
    log_.add(name_, rest, false);
    on_line_(rest);
    return;
  }
  take_part(rest);
  log_pieces(true);
  on_line_(line_);
  line_.clear();
  logged_ = 0;
  continued_ = false;
}

void OutputStream::finish() {
  if (!line_.empty()) {
    end_line("");
  }
}

}  // namespace automl::executor
