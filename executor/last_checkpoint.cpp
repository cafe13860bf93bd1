// SPDX-License-Identifier: Apache-2.0
#include "executor/last_checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include <thrift/Thrift.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

std::string path_of(const std::string& home, std::int64_t session_id) {
  return home + "/sessions/" + std::to_string(session_id) + "/checkpoint.last";
}

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMost = 100;

// One after the other; empty when something else is there.
std::vector<idl::Checkpoint> read_all(const std::string& home, std::int64_t session_id) {
  const std::optional<std::string> bytes = read_attempt_file(path_of(home, session_id), kMostBytes);
  std::vector<idl::Checkpoint> found;
  if (!bytes || bytes->empty()) {
    return found;
  }
  const auto buffer = encoded(*bytes);
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  try {
    while (buffer->available_read() > 0) {
      idl::Checkpoint& checkpoint = found.emplace_back();
      checkpoint.read(&protocol);
      if (checkpoint.session_id != session_id || checkpoint.number < 1) {
        return {};
      }
    }
  } catch (const std::exception&) {
    return {};
  }
  return found;
}

}  // namespace

void write_last_checkpoints(const std::string& home,
                            const std::vector<idl::Checkpoint>& checkpoints) {
  const auto buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  for (std::size_t i = checkpoints.size() - std::min(checkpoints.size(), kMost);
       i < checkpoints.size();
       ++i) {
    checkpoints[i].write(&protocol);
  }
  const std::string path = path_of(home, checkpoints.back().session_id);
  if (!write_durably(path, buffer->getBufferAsString())) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
}

std::optional<idl::Checkpoint> read_last_checkpoint(const std::string& home,
                                                    std::int64_t session_id) {
  std::vector<idl::Checkpoint> all = read_all(home, session_id);
  return all.empty() ? std::nullopt : std::optional(std::move(all.back()));
}

std::vector<idl::Checkpoint> last_checkpoints(const std::string& home) {
  std::vector<idl::Checkpoint> found;
  const std::string sessions = home + "/sessions";
  if (!fs::exists(sessions)) {
    return found;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(sessions)) {
    const std::string name = entry.path().filename().string();
    std::int64_t id = 0;
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data(), end, id).ptr != end) {
      continue;
    }
    std::vector<idl::Checkpoint> own = read_all(home, id);
    std::move(own.begin(), own.end(), std::back_inserter(found));
  }
  return found;
}

}  // namespace automl::executor
