// SPDX-License-Identifier: Apache-2.0
#include "engine/log_files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "engine/open_file.hpp"

namespace automl::engine {

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
  for (const idl::LogPiece& piece : pieces) {
    const auto size = static_cast<std::int64_t>(piece.bytes.size());
    if (piece.offset >= 0 && piece.offset <= kLogLimitBytes - size) {
      open.write_at(piece.offset, piece.bytes);
    }
  }
}

std::string LogFiles::read(std::int64_t session_id,
                           int attempt,
                           std::int64_t offset,
                           std::int64_t limit) const {
  const std::string file = path(session_id, attempt);
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
    return {};
  }
  return OpenFile(file, O_RDONLY).read_at(offset, static_cast<std::size_t>(limit));
}

}  // namespace automl::engine
