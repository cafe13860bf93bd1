// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace automl::executor {

// Held by one process of this machine at a time; the kernel lets go of it when the holder dies. The
// file stays.
class FileLock {
 public:
  // Waits until it is free, asking `given_up` ten times a second. Throws std::runtime_error when
  // that says so, or when the file cannot be made.
  FileLock(const std::string& path, const std::function<bool()>& given_up);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace automl::executor
