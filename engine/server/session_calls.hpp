// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "Engine.h"
#include "engine/server/call.hpp"

namespace automl::engine::server {

// The calls of service Engine about sessions. One object per connection.
class SessionCalls : public virtual idl::EngineIf {
 public:
  SessionCalls(Services& services, Principal principal);

  void run_session(idl::SubmitSessionReply& reply,
                   const std::string& request_id,
                   const idl::SessionSpec& spec,
                   const std::string& dataset_name) override;
  void fork_session(idl::SubmitSessionReply& reply,
                    const std::string& request_id,
                    const std::string& session,
                    std::int64_t checkpoint) override;
  void list_sessions(idl::SessionList& reply, const idl::SessionFilter& filter) override;
  void show_session(idl::SessionRow& reply, const std::string& session) override;
  void stop_session(const std::string& request_id, const std::string& session, bool kill) override;
  void change_session(const std::string& request_id,
                      const std::string& session,
                      idl::SessionAction::type action) override;
  void read_log(idl::LogSlice& reply,
                const std::string& session,
                std::int32_t attempt,
                std::int64_t offset,
                std::int32_t limit) override;
  void why(std::vector<idl::Blockage>& reply, const std::string& subject) override;

 private:
  void authorize(Action action) const { services_.authorizer.check(principal_, action); }
  idl::SessionRow find(const std::string& session) const;

  Services& services_;
  const Principal principal_;
};

}  // namespace automl::engine::server
