// SPDX-License-Identifier: Apache-2.0
#include "executor/attempt_directory.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include <openssl/sha.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

namespace automl::executor {

using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

namespace {

void sync_path(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
}

}  // namespace

std::string attempt_tag(const std::string& token) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  std::string tag;
  for (std::size_t i = 0; i < 8; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", digest[i]);
    tag += hex;
  }
  return tag;
}

std::string ProcessIdentity::text() const {
  return boot_id + ":" + std::to_string(pid) + ":" + std::to_string(start_ticks);
}

std::optional<ProcessIdentity> ProcessIdentity::parse(const std::string& text) {
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  if (first == std::string::npos || second == std::string::npos) {
    return std::nullopt;
  }
  ProcessIdentity identity;
  identity.boot_id = text.substr(0, first);
  const char* data = text.data();
  const auto pid = std::from_chars(data + first + 1, data + second, identity.pid);
  const auto start = std::from_chars(data + second + 1, data + text.size(), identity.start_ticks);
  if (pid.ec != std::errc() || start.ec != std::errc() || identity.pid <= 1) {
    return std::nullopt;
  }
  return identity;
}

bool write_durably(const std::string& path, const std::string& bytes) {
  return write_whole(path, bytes, true);
}

bool write_whole(const std::string& path, const std::string& bytes, bool durably) {
  const std::string aside = path + ".new";
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return false;
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0) {
      close(file);
      return false;
    }
    done += static_cast<std::size_t>(count);
  }
  const bool synced = !durably || fsync(file) == 0;
  close(file);
  if (!synced || rename(aside.c_str(), path.c_str()) != 0) {
    return false;
  }
  if (durably) {
    sync_path(path.substr(0, path.rfind('/')));
  }
  return true;
}

std::optional<std::string> read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  std::string bytes;
  char buffer[65536];
  ssize_t count = 0;
  while ((count = read(file, buffer, sizeof buffer)) > 0) {
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
  close(file);
  return count < 0 ? std::nullopt : std::optional(std::move(bytes));
}

bool write_result(const AttemptDirectory& directory, const idl::ExitReport& exit) {
  auto buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  exit.write(&protocol);
  return write_whole(directory.result(), buffer->getBufferAsString(), false);
}

void sync_attempt(const AttemptDirectory& directory) {
  for (const std::string& path :
       {directory.spool(), directory.log_spool(), directory.result(), directory.path()}) {
    sync_path(path);
  }
}

std::optional<idl::ExitReport> read_result(const AttemptDirectory& directory) {
  std::optional<std::string> bytes = read_file(directory.result());
  if (!bytes) {
    return std::nullopt;
  }
  auto buffer = std::make_shared<TMemoryBuffer>(reinterpret_cast<std::uint8_t*>(bytes->data()),
                                                static_cast<std::uint32_t>(bytes->size()));
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  idl::ExitReport exit;
  try {
    exit.read(&protocol);
  } catch (const apache::thrift::TException&) {
    return std::nullopt;
  }
  return exit;
}

}  // namespace automl::executor
