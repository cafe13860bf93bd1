// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <thrift/TProcessor.h>

#include "engine/server/call.hpp"
#include "engine/server/connections.hpp"

namespace automl::engine::server {

// Makes what serves one connection: the handlers of both services, knowing who is at the other
// end. Requests that cannot be read end their connection.
class ConnectionProcessorFactory : public apache::thrift::TProcessorFactory {
 public:
  // Both must outlive the factory and what it makes. `depth` bounds structs within structs.
  ConnectionProcessorFactory(Services& services, Connections& connections, int depth);

  std::shared_ptr<apache::thrift::TProcessor> getProcessor(
      const apache::thrift::TConnectionInfo& connection) override;

 private:
  Services& services_;
  Connections& connections_;
  const int depth_;
};

}  // namespace automl::engine::server
