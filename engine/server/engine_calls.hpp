// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "Engine.h"
#include "engine/server/call.hpp"

namespace automl::engine::server {

// The calls of service Engine about the engine itself and the code archives it keeps. One object
// per connection.
class EngineCalls : public virtual idl::EngineIf {
 public:
  EngineCalls(Services& services, Principal principal);

  void engine_info(idl::EngineInfo& reply) override;
  // Returns before the engine has ended.
  void shutdown(const std::string& request_id) override;
  bool has_archive(const std::string& digest) override;
  void put_archive(const std::string& digest,
                   std::int64_t offset,
                   const std::string& bytes,
                   bool last) override;

 private:
  void authorize(Action action) const { services_.authorizer.check(principal_, action); }

  Services& services_;
  const Principal principal_;
};

}  // namespace automl::engine::server
