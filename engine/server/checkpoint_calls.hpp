// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "Engine.h"
#include "engine/server/call.hpp"

namespace automl::engine::server {

// The calls of service Engine about checkpoints. One object per connection.
class CheckpointCalls : public virtual idl::EngineIf {
 public:
  CheckpointCalls(Services& services, Principal principal);

  void list_checkpoints(idl::CheckpointList& reply, const std::string& subject) override;
  void restore_checkpoint(idl::CheckpointRow& reply,
                          const std::string& session,
                          std::int64_t number,
                          const std::string& folder) override;

 private:
  void authorize(Action action) const { services_.authorizer.check(principal_, action); }
  idl::CheckpointList list(const std::string& subject) const;

  Services& services_;
  const Principal principal_;
};

}  // namespace automl::engine::server
