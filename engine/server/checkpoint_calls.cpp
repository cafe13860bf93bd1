// SPDX-License-Identifier: Apache-2.0
#include "engine/server/checkpoint_calls.hpp"

#include <utility>

#include "engine/checkpoint_export.hpp"
#include "engine/checkpoint_list.hpp"

namespace automl::engine::server {

namespace {

constexpr auto* look_up = &engine::list_checkpoints;  // whoever calls it has asked for permission

}  // namespace

CheckpointCalls::CheckpointCalls(Services& services, Principal principal)
    : services_(services), principal_(std::move(principal)) {}

idl::CheckpointList CheckpointCalls::list(const std::string& subject) const {
  return expect<idl::CheckpointList>(inspect(
      services_, [subject](const StudyManager& manager) { return look_up(manager, subject); }));
}

void CheckpointCalls::list_checkpoints(idl::CheckpointList& reply, const std::string& subject) {
  authorize(Action::kInspect);
  reply = list(subject);
}

void CheckpointCalls::restore_checkpoint(idl::CheckpointRow& reply,
                                         const std::string& session,
                                         std::int64_t number,
                                         const std::string& folder) {
  authorize(Action::kChange);
  const idl::CheckpointList kept = list(session);
  if (session.empty() ||
      (!kept.rows.empty() && kept.rows.front().session != kept.rows.back().session)) {
    refuse(Refusal::Kind::kInvalid, "name one session, or one trial as in STUDY/3");
  }
  reply = export_checkpoint(services_.settings.home, kept.rows, number, folder);
}

}  // namespace automl::engine::server
