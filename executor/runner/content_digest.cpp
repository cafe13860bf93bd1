// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/content_digest.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

namespace automl::executor {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hexadecimal(const Digest& digest) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string content_digest(const std::string& bytes) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return hexadecimal(digest);
}

std::string file_digest(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || fstat(file, &facts) != 0) {
    const int error = errno;
    close(file);
    throw std::runtime_error("cannot read " + path + ": " + std::strerror(error));
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* bytes = size == 0 ? nullptr : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (bytes == MAP_FAILED) {
    throw std::runtime_error("cannot read " + path + ": " + std::strerror(errno));
  }
  Digest digest{};
  SHA256(static_cast<const unsigned char*>(bytes), size, digest.data());
  if (bytes != nullptr) {
    munmap(bytes, size);
  }
  return hexadecimal(digest);
}

}  // namespace automl::executor
