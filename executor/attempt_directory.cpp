// SPDX-License-Identifier: Apache-2.0
#include "executor/attempt_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <memory>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

#include <openssl/sha.h>
#include <thrift/TConfiguration.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

namespace automl::executor {

namespace fs = std::filesystem;

using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

namespace {

bool write_all(int file, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    done += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  return true;
}

std::optional<std::string> read_and_close(int file, std::size_t most_bytes) {
  std::string bytes;
  char buffer[65536];
  ssize_t count = 0;
  while (bytes.size() <= most_bytes && (count = read(file, buffer, sizeof buffer)) != 0) {
    if (count < 0 && errno != EINTR) {
      break;
    }
    bytes.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  const int error = bytes.size() > most_bytes ? EFBIG : errno;
  close(file);
  if (count < 0 || bytes.size() > most_bytes) {
    errno = error;
    return std::nullopt;
  }
  return bytes;
}

// Programs may leave folders that not even their owner may enter.
void open_folders(const std::string& path) {
  std::error_code error;
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, error);
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    std::error_code ignored;
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
      open_folders(entry.path());
    }
  }
}

void sync_path(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
}

}  // namespace

std::shared_ptr<TMemoryBuffer> encoded(std::string_view bytes) {
  const int size = static_cast<int>(bytes.size());
  return std::make_shared<TMemoryBuffer>(
      reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data())),  // NOLINT: read only
      static_cast<std::uint32_t>(size),
      TMemoryBuffer::OBSERVE,
      std::make_shared<apache::thrift::TConfiguration>(size, size));
}

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
  const bool whole = pid.ptr == data + second && start.ptr == data + text.size();
  if (pid.ec != std::errc() || start.ec != std::errc() || !whole || identity.pid <= 1 ||
      identity.pid > std::numeric_limits<pid_t>::max()) {
    return std::nullopt;
  }
  return identity;
}

bool write_durably(const std::string& path, const std::string& bytes) {
  return write_whole(path, bytes, true);
}

bool write_whole(const std::string& path, const std::string& bytes, bool durably) {
  const std::string aside = path + ".new";
  unlink(aside.c_str());
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return false;
  }
  const bool written = write_all(file, bytes) && (!durably || fsync(file) == 0);
  const int write_error = errno;
  close(file);
  if (!written || rename(aside.c_str(), path.c_str()) != 0) {
    const int error = written ? errno : write_error;
    unlink(aside.c_str());
    errno = error;
    return false;
  }
  if (durably) {
    sync_path(path.substr(0, path.rfind('/')));
  }
  return true;
}

std::optional<std::string> read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  return file < 0 ? std::nullopt : read_and_close(file, std::string::npos);
}

bool means_are_short(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

std::optional<std::string> read_attempt_file(const std::string& path, std::size_t most_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) {
    return std::nullopt;
  }
  struct stat facts {};
  if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    close(file);
    errno = EINVAL;
    return std::nullopt;
  }
  return read_and_close(file, most_bytes);
}

void sync_attempt(const AttemptDirectory& directory) {
  for (const std::string& path :
       {directory.spool(), directory.log_spool(), directory.result(), directory.path()}) {
    sync_path(path);
  }
}

namespace {

std::string encode(const apache::thrift::TBase& record) {
  auto buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  record.write(&protocol);
  return buffer->getBufferAsString();
}

// Unset with errno.
template <typename Record>
std::optional<Record> read_record(const std::string& path) {
  const std::optional<std::string> bytes = read_attempt_file(path);
  if (!bytes) {
    return std::nullopt;
  }
  TCompactProtocolT<TMemoryBuffer> protocol(encoded(*bytes));
  std::optional<Record> record(std::in_place);
  try {
    record->read(&protocol);
  } catch (const std::exception&) {
    errno = EINVAL;  // no encoding of one, or sizes in it that no memory holds
    return std::nullopt;
  }
  return record;
}

// A number that names no cause must not even be copied as one.
bool has_a_cause(const idl::ExitReport& exit) {
  std::underlying_type_t<idl::ExitCause::type> cause = 0;
  std::memcpy(&cause, &exit.cause, sizeof cause);
  return idl::_ExitCause_VALUES_TO_NAMES.count(static_cast<int>(cause)) != 0;
}

}  // namespace

bool write_result(const AttemptDirectory& directory, const idl::ExitReport& exit) {
  return write_whole(directory.result(), encode(exit), false);
}

std::optional<idl::ExitReport> read_result(const AttemptDirectory& directory) {
  std::optional<idl::ExitReport> exit = read_record<idl::ExitReport>(directory.result());
  if (exit && !has_a_cause(*exit)) {
    errno = EINVAL;
    return std::nullopt;
  }
  return exit;
}

bool write_start(const AttemptDirectory& directory, const idl::Checkpoint& from) {
  return write_durably(directory.start(), encode(from));
}

std::optional<idl::Checkpoint> read_start(const AttemptDirectory& directory) {
  return read_record<idl::Checkpoint>(directory.start());
}

std::string retired_path(const AttemptDirectory& directory) { return directory.path() + ".done"; }

std::string retire(const AttemptDirectory& directory) {
  const std::string done = retired_path(directory);
  std::error_code error;
  fs::rename(directory.path(), done, error);
  return error ? directory.path() : done;
}

void remove_folder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    open_folders(path);
    fs::remove_all(path, error);
  }
}

}  // namespace automl::executor
