// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "RunnerGate.h"
#include "engine/server/call.hpp"

namespace automl::engine::server {

// Service RunnerGate. The token in each call is what lets a runner in; the core checks it. One
// object per connection.
class RunnerCalls : public idl::RunnerGateIf {
 public:
  RunnerCalls(Services& services, Principal principal);

  void register_runner(idl::RunnerOrder& reply,
                       const std::string& token,
                       const idl::RunnerIdentity& runner) override;
  void report(idl::ReportReply& reply,
              const std::string& token,
              const idl::ReportBatch& batch) override;
  void finish(const std::string& token, const idl::ExitReport& exit) override;

 private:
  void authorize(Action action) const { services_.authorizer.check(principal_, action); }

  Services& services_;
  const Principal principal_;
};

}  // namespace automl::engine::server
