// SPDX-License-Identifier: Apache-2.0
#include "engine/open_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace automl::engine {

OpenFile::OpenFile(std::string path, int flags, mode_t mode)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, mode)) {
  if (descriptor_ < 0) {
    fail();
  }
}

OpenFile::~OpenFile() { ::close(descriptor_); }

off_t OpenFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    fail();
  }
  return status.st_size;
}

void OpenFile::write_at(off_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      fail();
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
}

std::string OpenFile::read_at(off_t offset, std::size_t limit) const {
  std::string bytes(limit, '\0');
  ssize_t got = 0;
  do {
    got = ::pread(descriptor_, bytes.data(), bytes.size(), offset);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    fail();
  }
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

void OpenFile::sync() const {
  if (::fsync(descriptor_) != 0) {
    fail();
  }
}

void OpenFile::fail() const { throw std::system_error(errno, std::generic_category(), path_); }

}  // namespace automl::engine
