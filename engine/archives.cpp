// SPDX-License-Identifier: Apache-2.0
#include "engine/archives.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "engine/digest.hpp"
#include "engine/open_file.hpp"
#include "service_types.h"

namespace automl::engine {

namespace {

namespace fs = std::filesystem;

template <typename Exception>
[[noreturn]] void refuse(const std::string& message) {
  Exception exception;
  exception.message = message;
  throw exception;
}

// What becomes part of a path must be exactly this.
void check_digest(const std::string& digest) {
  const bool hexadecimal = std::all_of(digest.begin(), digest.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (digest.size() != 64 || !hexadecimal) {
    refuse<idl::InvalidRequest>("a digest has 64 hexadecimal digits in lower case");
  }
}

}  // namespace

Archives::Archives(const std::string& home) : directory_(home + "/archives") {
  fs::create_directories(directory_ + "/incoming");
}

bool Archives::has(const std::string& digest) {
  check_digest(digest);
  return ::access(whole(digest).c_str(), R_OK) == 0;
}

void Archives::put(const std::string& digest,
                   std::int64_t offset,
                   const std::string& bytes,
                   bool last) {
  if (has(digest)) {
    return;
  }
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size > kPieceBytes) {
    refuse<idl::InvalidRequest>("a piece has at most 4 MiB");
  }
  if (offset < 0 || offset > kArchiveBytes - size) {
    refuse<idl::InvalidRequest>("an archive has at most 2 GiB");
  }
  const std::lock_guard lock(mutex_);
  try {
    append(digest, offset, bytes);
    if (last) {
      complete(digest);
    }
  } catch (const std::system_error& error) {
    refuse<idl::Unavailable>(std::string("the archive cannot be stored: ") + error.what());
  }
}

void Archives::append(const std::string& digest, std::int64_t offset, const std::string& bytes) {
  const OpenFile file(partial(digest), O_RDWR | O_CREAT | (offset == 0 ? O_TRUNC : 0));
  if (file.size() != offset) {
    refuse<idl::Conflict>("expected the piece at " + std::to_string(file.size()) + ", got " +
                          std::to_string(offset) + ": begin anew at 0");
  }
  file.write_at(offset, bytes);
}

void Archives::complete(const std::string& digest) {
  const std::string from = partial(digest);
  {
    const OpenFile file(from, O_RDONLY);
    if (sha256_of_file(file) != digest) {
      ::unlink(from.c_str());
      refuse<idl::InvalidRequest>("what was sent does not have the digest " + digest);
    }
    file.sync();
  }
  fs::rename(from, whole(digest));
  OpenFile(directory_, O_RDONLY | O_DIRECTORY).sync();
}

std::string Archives::whole(const std::string& digest) const {
  return directory_ + "/" + digest + ".tar.zst";
}

std::string Archives::partial(const std::string& digest) const {
  return directory_ + "/incoming/" + digest;
}

}  // namespace automl::engine
