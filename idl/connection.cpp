// SPDX-License-Identifier: Apache-2.0
#include "idl/connection.hpp"

#include <charconv>
#include <fcntl.h>
#include <random>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>
#include <thrift/transport/TTransportException.h>

namespace automl::idl {

namespace protocol = apache::thrift::protocol;
namespace transport = apache::thrift::transport;

Endpoint parse_endpoint(const std::string& text) {
  Endpoint endpoint;
  if (text.rfind("unix:", 0) == 0 && text.size() > 5) {
    endpoint.unix_path = text.substr(5);
    return endpoint;
  }
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    endpoint.host = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
    if (error == std::errc() && parsed == end && endpoint.port > 0 && endpoint.port < 65536) {
      return endpoint;
    }
  }
  throw std::invalid_argument("expected unix:/path/to/socket or host:port, got \"" + text + "\"");
}

Connection::Connection(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  auto socket = endpoint.unix_path.empty()
                    ? std::make_shared<transport::TSocket>(endpoint.host, endpoint.port)
                    : std::make_shared<transport::TSocket>(endpoint.unix_path);
  const int timeout_ms = static_cast<int>(timeout.count());
  // Connecting to a Unix socket is over at once, or waits for room in the engine's queue; without
  // blocking, a full queue would pass for a connection.
  socket->setConnTimeout(endpoint.unix_path.empty() ? timeout_ms : 0);
  socket->setSendTimeout(timeout_ms);
  socket->setRecvTimeout(timeout_ms);
  try {
    socket->open();
  } catch (const transport::TTransportException& error) {
    throw Disconnected(error.what());
  }
  // Not for the programs that this process starts.
  fcntl(socket->getSocketFD(), F_SETFD, FD_CLOEXEC);
  transport_ = std::make_shared<transport::TFramedTransport>(socket);
  auto wire = std::make_shared<protocol::TBinaryProtocol>(transport_);
  engine_ = std::make_unique<EngineClient>(
      std::make_shared<protocol::TMultiplexedProtocol>(wire, "engine"));
  runner_gate_ = std::make_unique<RunnerGateClient>(
      std::make_shared<protocol::TMultiplexedProtocol>(wire, "runner"));
}

Connection::~Connection() = default;

std::string new_request_id() {
  std::random_device device;
  static const char kDigits[] = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    for (std::uint32_t bits = device(), digit = 0; digit < 8; ++digit, bits >>= 4) {
      id.push_back(kDigits[bits & 15]);
    }
  }
  return id;
}

}  // namespace automl::idl
