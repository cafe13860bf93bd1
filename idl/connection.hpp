// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "Engine.h"
#include "RunnerGate.h"

namespace automl::idl {

// Where an engine listens: `unix:/path/to/socket` or `host:port`.
struct Endpoint {
  std::string unix_path;  // empty: TCP
  std::string host;
  int port = 0;
};

// Throws std::invalid_argument with what was expected.
Endpoint parse_endpoint(const std::string& text);

// The engine cannot be reached, or the connection broke: whether the call took effect is unknown.
class Disconnected : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A connection to an engine with clients for both services. Not thread safe: one per thread.
// Calls throw the exceptions of service.thrift, and apache::thrift::TException for a broken
// connection; after that the object is of no more use.
class Connection {
 public:
  // Connects at once. Throws Disconnected.
  explicit Connection(const Endpoint& endpoint,
                      std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Connection();

  EngineClient& engine() { return *engine_; }
  RunnerGateClient& runner_gate() { return *runner_gate_; }

 private:
  std::shared_ptr<apache::thrift::transport::TTransport> transport_;
  std::unique_ptr<EngineClient> engine_;
  std::unique_ptr<RunnerGateClient> runner_gate_;
};

// A fresh request id: 128 random bits, hexadecimal.
std::string new_request_id();

}  // namespace automl::idl
