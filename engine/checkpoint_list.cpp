// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_list.hpp"

#include <optional>
#include <utility>

#include "engine/study_manager.hpp"
#include "engine/study_view.hpp"

namespace automl::engine {

namespace {

std::optional<idl::Session> session_of(const StudyManager& manager, std::int64_t id) {
  const auto open = manager.state().sessions.find(id);
  return open == manager.state().sessions.end() ? manager.storage().load_session(id)
                                                : std::optional(open->second.record);
}

idl::CheckpointRow row_of(const StudyManager& manager,
                          const idl::Session& session,
                          idl::Checkpoint checkpoint) {
  idl::CheckpointRow row;
  row.checkpoint = std::move(checkpoint);
  row.session = session.name;
  row.trial_number = session.trial_number;
  const auto study = manager.state().studies.find(session.study_id);
  row.study = study == manager.state().studies.end() ? "" : study->second.record.spec.name;
  return row;
}

}  // namespace

Payload list_checkpoints(const StudyManager& manager, const std::string& subject) {
  const StudyEntry* study = subject.empty() ? nullptr : find_study(manager.state(), subject);
  std::int64_t only_session = 0;
  if (!subject.empty() && study == nullptr) {
    const SessionReference found = find_session(manager.state(), manager.storage(), subject);
    if (found.open == nullptr && !found.ended) {
      return Refusal{Refusal::Kind::kNotFound, "there is no study or session \"" + subject + "\""};
    }
    only_session = found.open != nullptr ? found.open->record.id : found.ended->id;
  }
  idl::CheckpointList list;
  list.now_ms = manager.clock().wall_ms();
  std::optional<idl::Session> session;
  for (idl::Checkpoint& checkpoint : manager.storage().load_checkpoints(only_session)) {
    if (!session || session->id != checkpoint.session_id) {
      session = session_of(manager, checkpoint.session_id);
    }
    if (session && (study == nullptr || session->study_id == study->record.id)) {
      list.rows.push_back(row_of(manager, *session, std::move(checkpoint)));
    }
  }
  return list;
}

}  // namespace automl::engine
