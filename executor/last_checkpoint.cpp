// SPDX-License-Identifier: Apache-2.0
#include "executor/last_checkpoint.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
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

}  // namespace

void write_last_checkpoint(const std::string& home, const idl::Checkpoint& checkpoint) {
  const auto buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  checkpoint.write(&protocol);
  const std::string path = path_of(home, checkpoint.session_id);
  if (!write_durably(path, buffer->getBufferAsString())) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
}

std::optional<idl::Checkpoint> read_last_checkpoint(const std::string& home,
                                                    std::int64_t session_id) {
  const std::optional<std::string> bytes = read_attempt_file(path_of(home, session_id), 64 << 10);
  if (!bytes) {
    return std::nullopt;
  }
  idl::Checkpoint checkpoint;
  try {
    TCompactProtocolT<TMemoryBuffer> protocol(encoded(*bytes));
    checkpoint.read(&protocol);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return checkpoint.session_id == session_id && checkpoint.number >= 1
             ? std::optional(std::move(checkpoint))
             : std::nullopt;
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
    if (auto checkpoint = read_last_checkpoint(home, id)) {
      found.push_back(*std::move(checkpoint));
    }
  }
  return found;
}

}  // namespace automl::executor
