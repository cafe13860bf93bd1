// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/spool.hpp"

#include <cstring>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

namespace {

constexpr std::size_t kMostBytes = 1 << 30;  // more than a forwarder ever keeps

}  // namespace

Spool::Spool(const std::string& path)
    : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (file_ < 0) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
  size_ = lseek(file_, 0, SEEK_END);
}

Spool::~Spool() { close(file_); }

bool Spool::append(const idl::Measurement& measurement) {
  auto buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  measurement.write(&protocol);
  const std::string body = buffer->getBufferAsString();
  std::string entry;
  for (std::size_t size = body.size(), i = 0; i < 4; ++i, size >>= 8) {
    entry.push_back(static_cast<char>(size & 0xff));
  }
  entry += body;
  if (write(file_, entry.data(), entry.size()) != static_cast<ssize_t>(entry.size())) {
    // A torn entry would hide all that come after it.
    [[maybe_unused]] const int cut = ftruncate(file_, size_);
    return false;
  }
  size_ += static_cast<std::int64_t>(entry.size());
  return true;
}

void Spool::sync() const { fdatasync(file_); }

void Spool::clear() {
  if (ftruncate(file_, 0) == 0) {
    size_ = 0;
  }
}

std::vector<idl::Measurement> Spool::read(const std::string& path) {
  std::vector<idl::Measurement> measurements;
  std::string bytes = read_attempt_file(path, kMostBytes).value_or("");
  std::size_t at = 0;
  while (at + 4 <= bytes.size()) {
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) {
      size = size << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    at += 4;
    if (size > bytes.size() - at) {
      break;
    }
    const auto buffer = encoded(std::string_view(bytes).substr(at, size));
    TCompactProtocolT<TMemoryBuffer> protocol(buffer);
    try {
      measurements.emplace_back().read(&protocol);
    } catch (const std::exception&) {  // no encoding of one, or sizes in it that no memory holds
      measurements.pop_back();
      break;
    }
    at += size;
  }
  return measurements;
}

}  // namespace automl::executor
