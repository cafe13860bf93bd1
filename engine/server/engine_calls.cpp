// SPDX-License-Identifier: Apache-2.0
#include "engine/server/engine_calls.hpp"

#include <system_error>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/queries.hpp"

namespace automl::engine::server {

EngineCalls::EngineCalls(Services& services, Principal principal)
    : services_(services), principal_(std::move(principal)) {}

void EngineCalls::engine_info(idl::EngineInfo& reply) {
  authorize(Action::kInspect);
  // Without its store the engine cannot look at studies, but it can still say so.
  const std::string trouble = services_.loop.trouble();
  if (trouble.empty()) {
    reply = expect<idl::EngineInfo>(inspect(
        services_, [](const StudyManager& manager) { return engine::engine_info(manager); }));
  }
  reply.version = services_.settings.version;
  reply.pid = ::getpid();
  reply.started_ms = services_.started_ms;
  reply.home = services_.settings.home;
  reply.on_demand = services_.settings.on_demand;
  reply.trouble = trouble;
}

void EngineCalls::shutdown(const std::string& /*request_id*/) {
  authorize(Action::kAdminister);
  spdlog::info("asked to end by {}", principal_.user);
  services_.loop.stop();
}

bool EngineCalls::has_archive(const std::string& digest) {
  authorize(Action::kSubmit);
  return services_.archives.has(digest);
}

void EngineCalls::put_archive(const std::string& digest,
                              std::int64_t offset,
                              const std::string& bytes,
                              bool last) {
  authorize(Action::kSubmit);
  services_.archives.put(digest, offset, bytes, last);
}

}  // namespace automl::engine::server
