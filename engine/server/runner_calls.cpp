// SPDX-License-Identifier: Apache-2.0
#include "engine/server/runner_calls.hpp"

#include <utility>

namespace automl::engine::server {

RunnerCalls::RunnerCalls(Services& services, Principal principal)
    : services_(services), principal_(std::move(principal)) {}

void RunnerCalls::register_runner(idl::RunnerOrder& reply,
                                  const std::string& token,
                                  const idl::RunnerIdentity& runner) {
  authorize(Action::kReport);
  reply =
      expect<idl::RunnerOrder>(wait_for(services_.loop.call(RunnerRegistered{0, token, runner})));
}

void RunnerCalls::report(idl::ReportReply& reply,
                         const std::string& token,
                         const idl::ReportBatch& batch) {
  authorize(Action::kReport);
  reply = expect<idl::ReportReply>(wait_for(services_.loop.call(BatchReported{0, token, batch})));
}

void RunnerCalls::finish(const std::string& token, const idl::ExitReport& exit) {
  authorize(Action::kReport);
  wait_for(services_.loop.call(RunnerFinished{0, token, exit}));
}

}  // namespace automl::engine::server
