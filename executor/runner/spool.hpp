// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// Measurements on disk until the engine has stored them: each as its length (4 bytes, little
// endian) and its Thrift compact encoding. A torn last entry, left by a crash, is ignored when
// read.
class Spool {
 public:
  // Opens for appending; throws std::runtime_error.
  explicit Spool(const std::string& path);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // Written through to the operating system: survives the death of this process. False (and nothing
  // written) when there is no room.
  bool append(const idl::Measurement& measurement);
  // What was appended so far survives the death of the machine. Any thread may call it at any time.
  void sync() const;
  // The engine has stored everything in it.
  void clear();
  std::int64_t size() const { return size_; }

  static std::vector<idl::Measurement> read(const std::string& path);

 private:
  int file_;
  std::int64_t size_ = 0;
};

}  // namespace automl::executor
