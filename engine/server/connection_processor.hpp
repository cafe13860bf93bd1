// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include <thrift/TProcessor.h>
#include <thrift/server/TServer.h>

#include "engine/server/call.hpp"
#include "engine/server/connections.hpp"

namespace automl::engine::server {

// Makes what serves one connection: the handlers of both services, knowing who is at the other
// end. Requests that cannot be read end their connection.
class ConnectionProcessorFactory : public apache::thrift::TProcessorFactory,
                                   public apache::thrift::server::TServerEventHandler {
 public:
  // Both must outlive the factory and what it makes. `depth` bounds structs within structs.
  ConnectionProcessorFactory(Services& services, Connections& connections, int depth);

  std::shared_ptr<apache::thrift::TProcessor> getProcessor(
      const apache::thrift::TConnectionInfo& connection) override;

  // Called by the server before it closes the connection's socket.
  void deleteContext(void* context,
                     std::shared_ptr<apache::thrift::protocol::TProtocol> in,
                     std::shared_ptr<apache::thrift::protocol::TProtocol> out) override;

 private:
  Services& services_;
  Connections& connections_;
  const int depth_;
  std::mutex mutex_;
  // By what the server names a connection with. Shared with the connection's processor, which a
  // worker may hold a little longer than the server.
  std::map<const void*, std::shared_ptr<Connections::Entry>> open_;
};

}  // namespace automl::engine::server
