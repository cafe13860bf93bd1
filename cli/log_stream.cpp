// SPDX-License-Identifier: Apache-2.0
#include "cli/log_stream.hpp"

#include <iostream>
#include <unistd.h>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

constexpr std::int32_t kSliceBytes = 1 << 20;
// A line this long may go on in the next one of its stream.
constexpr std::size_t kPieceBytes = 16 << 10;

}  // namespace

LogStream::LogStream(EngineConnection& engine, std::string session, bool stamps)
    : engine_(engine), session_(std::move(session)), stamps_(stamps) {}

void LogStream::copy_new() {
  for (;;) {
    idl::LogSlice slice;
    engine_.call([&](idl::EngineClient& client) {
      client.read_log(slice, session_, attempt_, offset_, kSliceBytes);
    });
    if (attempt_ != 0 && slice.attempt != attempt_) {
      // The engine answers for the attempt that was asked for; a new one starts from its beginning.
      offset_ = 0;
      part_.clear();
    }
    attempt_ = slice.attempt;
    ended_ = slice.ended;
    offset_ = slice.next_offset;
    part_ += slice.bytes;
    std::size_t start = 0;
    for (std::size_t end = 0; (end = part_.find('\n', start)) != std::string::npos;
         start = end + 1) {
      print(part_.substr(start, end - start));
    }
    part_.erase(0, start);
    if (slice.bytes.empty()) {
      break;
    }
  }
  std::cout << std::flush;
}

void LogStream::copy_rest() {
  copy_new();
  if (!part_.empty()) {
    print(part_);
    part_.clear();
  }
  close_lines();
  std::cout << std::flush;
}

// A line is TIME, " out " or " err " (with a + where a long line goes on), TEXT.
void LogStream::print(const std::string& line) {
  const auto space = line.find(' ');
  const bool known = space != std::string::npos && line.size() > space + 4;
  const bool error = known && line.compare(space + 1, 3, "err") == 0;
  const std::size_t text_at = known ? line.find(' ', space + 1) : std::string::npos;
  if (stamps_ || text_at == std::string::npos) {
    std::cout << line << "\n";
    return;
  }
  std::ostream& out = error ? std::cerr : std::cout;
  bool& open = error ? error_open_ : out_open_;
  const std::string text = line.substr(text_at + 1);
  if (open && line[space + 4] != '+') {
    out << "\n";
  }
  open = text.size() >= kPieceBytes;
  out << text << (open ? "" : "\n");
}

void LogStream::close_lines() {
  std::cout << (out_open_ ? "\n" : "");
  std::cerr << (error_open_ ? "\n" : "");
  out_open_ = error_open_ = false;
}

}  // namespace automl::cli
