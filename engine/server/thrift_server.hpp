// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "engine/server/call.hpp"

namespace automl::engine::server {

// Where to listen, and how much of everything one server takes.
struct ServerOptions {
  std::string unix_path;             // at most 107 bytes; what lies there is removed
  std::string tcp_host;              // empty: no TCP. An IPv4 loopback address
  int tcp_port = 0;                  // 0: a free one
  int threads = 32;                  // calls under way at once
  std::size_t connections = 1000;    // above it the quietest one is cut
  int frame_bytes = 16 << 20;        // larger frames end the connection
  int string_bytes = 8 << 20;        // of one string in a request
  int container_elements = 100'000;  // of one list or map in a request
  int depth = 32;                    // of structs within structs
};

// Offers the services Engine and RunnerGate ("engine" and "runner", multiplexed, framed, binary) on
// a Unix socket that only the owner can open, and on a loopback port if asked to. Whoever is at the
// other end is asked of the kernel; see Authorizer.
class ThriftServer {
 public:
  // Listens when it returns. Throws std::runtime_error saying what cannot be listened on, and why.
  // `services` must outlive the server.
  ThriftServer(Services& services, ServerOptions options);
  // Lets calls under way finish (they get their answers when the loop has stopped), then hangs up.
  ~ThriftServer();
  ThriftServer(const ThriftServer&) = delete;
  ThriftServer& operator=(const ThriftServer&) = delete;

  // 0 without TCP.
  int tcp_port() const;

 private:
  // The Thrift server stays out of this header.
  class Listener;

  Services& services_;
  ServerOptions options_;
  std::unique_ptr<class Connections> connections_;
  std::unique_ptr<Listener> unix_listener_;
  std::unique_ptr<Listener> tcp_listener_;
};

}  // namespace automl::engine::server
