// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "storage/errors.hpp"

namespace automl::storage {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) {
    ::close(std::exchange(number_, -1));
  }
}

Descriptor open_at(int folder, const std::string& name, int flags, unsigned mode) {
  return Descriptor(::openat(folder, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode));
}

void throw_errno(const std::string& what, int error) {
  throw Unavailable(what + ": " + std::generic_category().message(error));
}

void require(int result, const std::string& what) {
  if (result < 0) {
    throw_errno(what, errno);
  }
}

void sync_or_throw(const Descriptor& file, const std::string& what) {
  require(file.open() ? ::fsync(file.number()) : -1, what);
}

}  // namespace automl::storage
