// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <thrift/Thrift.h>
#include <thrift/transport/TTransportException.h>

#include "idl/connection.hpp"

namespace automl::cli {

// The command line's way to its engine: the one named by --server or AUTOML_SERVER, else the user's
// own under AUTOML_HOME, which is started when it does not run.
class EngineConnection {
 public:
  explicit EngineConnection(std::string server);

  // Makes the call, and again over a new connection while the engine is being restarted (up to 30
  // s). A call that changes something must carry a request id that stays the same. Throws the
  // refusals of service.thrift and idl::Disconnected.
  template <class Call>
  auto call(Call make) {
    for (;;) {
      try {
        return make(client());
      } catch (const apache::thrift::transport::TTransportException& error) {
        reconnect(error.what());
      } catch (const idl::Unavailable& unavailable) {
        wait_for_store(unavailable);
      }
    }
  }

  // The engine if it runs; null otherwise. Starts nothing.
  idl::EngineClient* running();
  // Starts the user's own engine, for good (`server start`) or until it is idle.
  void start_engine(bool on_demand);

  const std::string& home() const { return home_; }
  bool own() const { return own_; }

 private:
  idl::EngineClient& client();
  void connect();
  // False: automld ended without an engine that can be called.
  bool try_start(bool on_demand);
  [[noreturn]] void throw_not_started() const;
  void compare_versions();
  void reconnect(const std::string& why);
  void wait_for_store(const idl::Unavailable& unavailable);

  std::string home_;
  bool own_ = true;
  idl::Endpoint endpoint_;
  std::unique_ptr<idl::Connection> connection_;
  long patience_ends_ms_ = 0;  // while reconnecting; 0: connected
  bool told_ = false;
  bool met_ = false;  // connected once
};

}  // namespace automl::cli
