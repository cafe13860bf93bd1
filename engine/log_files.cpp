// SPDX-License-Identifier: Apache-2.0
#include "engine/log_files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>

namespace automl::engine {

namespace {

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void refuse(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

void write_fully(int fd, const std::string& path, const idl::LogPiece& piece) {
  std::size_t done = 0;
  while (done < piece.bytes.size()) {
    const ssize_t written = ::pwrite(fd,
                                     piece.bytes.data() + done,
                                     piece.bytes.size() - done,
                                     piece.offset + static_cast<off_t>(done));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      refuse(path);
    }
    done += static_cast<std::size_t>(written);
  }
}

}  // namespace

LogFiles::LogFiles(std::string home) : home_(std::move(home)) {}

std::string LogFiles::path(std::int64_t session_id, int attempt) const {
  return home_ + "/sessions/" + std::to_string(session_id) + "/attempt-" + std::to_string(attempt) +
         ".log";
}

void LogFiles::write(std::int64_t session_id,
                     int attempt,
                     const std::vector<idl::LogPiece>& pieces) const {
  const std::string file = path(session_id, attempt);
  if (::access(file.c_str(), F_OK) != 0) {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  }
  const OpenFile open(file, O_WRONLY | O_CREAT);
  if (open.fd() < 0) {
    refuse(file);
  }
  for (const idl::LogPiece& piece : pieces) {
    const auto size = static_cast<std::int64_t>(piece.bytes.size());
    if (piece.offset >= 0 && piece.offset <= kLogLimitBytes - size) {
      write_fully(open.fd(), file, piece);
    }
  }
}

std::string LogFiles::read(std::int64_t session_id,
                           int attempt,
                           std::int64_t offset,
                           std::int64_t limit) const {
  const std::string file = path(session_id, attempt);
  const OpenFile open(file, O_RDONLY);
  if (open.fd() < 0) {
    if (errno == ENOENT) {
      return {};
    }
    refuse(file);
  }
  std::string bytes(static_cast<std::size_t>(limit), '\0');
  ssize_t got = 0;
  do {
    got = ::pread(open.fd(), bytes.data(), bytes.size(), offset);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    refuse(file);
  }
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace automl::engine
