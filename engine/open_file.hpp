// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace automl::engine {

// A file descriptor that closes itself and is not inherited by programs. All functions throw
// std::system_error, naming the path.
class OpenFile {
 public:
  // `flags` as for open(2); new files get `mode`.
  OpenFile(std::string path, int flags, mode_t mode = 0600);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }
  off_t size() const;
  // All of `bytes`, whatever interrupts.
  void write_at(off_t offset, std::string_view bytes) const;
  // At most `limit` bytes; fewer at the end of the file.
  std::string read_at(off_t offset, std::size_t limit) const;
  void sync() const;

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  int descriptor_;
};

}  // namespace automl::engine
