// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/file_lock.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace automl::executor {

namespace {

constexpr std::chrono::milliseconds kAskAgain{100};

}  // namespace

FileLock::FileLock(const std::string& path, const std::function<bool()>& given_up)
    : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_ < 0) {
    throw std::runtime_error("cannot lock " + path + ": " + std::strerror(errno));
  }
  while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if ((error != EWOULDBLOCK && error != EINTR) || given_up()) {
      close(file_);
      throw std::runtime_error("cannot lock " + path + ": " +
                               (error == EWOULDBLOCK ? "stopped" : std::strerror(error)));
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

FileLock::~FileLock() { close(file_); }

}  // namespace automl::executor
