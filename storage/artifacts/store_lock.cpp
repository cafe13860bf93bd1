// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/store_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <thread>

namespace automl::storage {

namespace {

constexpr off_t kGate = 0;
constexpr off_t kRoom = 1;
constexpr std::chrono::milliseconds kLookAgain{5};

// One byte of the file stands for each of the two locks.
struct flock part(off_t byte, short kind) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

void wait_for(const Descriptor& file, off_t byte, const std::string& path) {
  struct flock lock = part(byte, F_RDLCK);
  int result = 0;
  do {
    result = ::fcntl(file.number(), F_OFD_SETLKW, &lock);
  } while (result < 0 && errno == EINTR);
  require(result, path);
}

bool take_until(const Descriptor& file,
                off_t byte,
                std::chrono::steady_clock::time_point until,
                const std::string& path) {
  struct flock lock = part(byte, F_WRLCK);
  while (::fcntl(file.number(), F_OFD_SETLK, &lock) < 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      throw_errno(path, errno);
    }
    if (std::chrono::steady_clock::now() >= until) {
      return false;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

Descriptor open_lock(const std::string& path) {
  Descriptor file = open_at(AT_FDCWD, path, O_RDWR | O_CREAT);
  require(file.number(), path);
  return file;
}

}  // namespace

StoreLock StoreLock::shared(const std::string& path) {
  StoreLock lock(open_lock(path));
  wait_for(lock.file_, kGate, path);
  wait_for(lock.file_, kRoom, path);
  struct flock gate = part(kGate, F_UNLCK);
  require(::fcntl(lock.file_.number(), F_OFD_SETLK, &gate), path);
  return lock;
}

std::optional<StoreLock> StoreLock::alone(const std::string& path,
                                          std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  StoreLock lock(open_lock(path));
  if (take_until(lock.file_, kGate, until, path) && take_until(lock.file_, kRoom, until, path)) {
    return lock;
  }
  return std::nullopt;
}

}  // namespace automl::storage
