// SPDX-License-Identifier: Apache-2.0
#include "engine/server/connection_processor.hpp"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>
#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/transport/TSocket.h>

#include "engine/server/checkpoint_calls.hpp"
#include "engine/server/engine_calls.hpp"
#include "engine/server/runner_calls.hpp"
#include "engine/server/session_calls.hpp"
#include "engine/server/study_calls.hpp"

namespace automl::engine::server {

namespace {

// Service Engine; each group of calls implements its part of the interface.
class EngineHandler final : public EngineCalls,
                            public StudyCalls,
                            public SessionCalls,
                            public CheckpointCalls {
 public:
  EngineHandler(Services& services, const Principal& principal)
      : EngineCalls(services, principal),
        StudyCalls(services, principal),
        SessionCalls(services, principal),
        CheckpointCalls(services, principal) {}
};

class ConnectionProcessor : public apache::thrift::TProcessor {
 public:
  ConnectionProcessor(Services& services, std::shared_ptr<Connections::Entry> entry, int socket)
      : entry_(std::move(entry)) {
    const Principal principal = identify_peer(socket);
    services_.registerProcessor("engine",
                                std::make_shared<idl::EngineProcessor>(
                                    std::make_shared<EngineHandler>(services, principal)));
    services_.registerProcessor("runner",
                                std::make_shared<idl::RunnerGateProcessor>(
                                    std::make_shared<RunnerCalls>(services, principal)));
  }

  bool process(std::shared_ptr<apache::thrift::protocol::TProtocol> in,
               std::shared_ptr<apache::thrift::protocol::TProtocol> out,
               void* context) override {
    entry_->call_begins();
    bool goes_on = false;
    try {
      goes_on = services_.process(std::move(in), std::move(out), context);
    } catch (const std::exception& error) {
      spdlog::debug("a request that cannot be read: {}", error.what());
      entry_->cut();
    }
    entry_->call_ends();
    return goes_on;
  }

 private:
  std::shared_ptr<Connections::Entry> entry_;
  apache::thrift::TMultiplexedProcessor services_;
};

}  // namespace

ConnectionProcessorFactory::ConnectionProcessorFactory(Services& services,
                                                       Connections& connections,
                                                       int depth)
    : services_(services), connections_(connections), depth_(depth) {}

std::shared_ptr<apache::thrift::TProcessor> ConnectionProcessorFactory::getProcessor(
    const apache::thrift::TConnectionInfo& connection) {
  connection.input->setRecurisionLimit(static_cast<std::uint32_t>(depth_));
  const auto transport =
      std::dynamic_pointer_cast<apache::thrift::transport::TSocket>(connection.transport);
  const int socket = transport ? transport->getSocketFD() : -1;
  auto entry = std::make_shared<Connections::Entry>(connections_, socket);
  {
    const std::lock_guard lock(mutex_);
    open_[connection.input.get()] = entry;
  }
  return std::make_shared<ConnectionProcessor>(services_, std::move(entry), socket);
}

void ConnectionProcessorFactory::deleteContext(
    void* /*context*/,
    std::shared_ptr<apache::thrift::protocol::TProtocol> in,
    std::shared_ptr<apache::thrift::protocol::TProtocol> /*out*/) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(in.get());
  if (found != open_.end()) {
    found->second->closed();
    open_.erase(found);
  }
}

}  // namespace automl::engine::server
