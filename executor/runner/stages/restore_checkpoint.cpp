// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/restore_checkpoint.hpp"

#include <filesystem>
#include <utility>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

// Best first.
std::vector<idl::Checkpoint> candidates(const idl::RunnerOrder& order,
                                        const std::optional<idl::Checkpoint>& last) {
  std::vector<idl::Checkpoint> found;
  const bool outdated =
      order.session.__isset.restore && last && last->attempt <= order.session.restore_after;
  if (last && last->number > order.last_checkpoint && !outdated) {
    found.push_back(*last);
  }
  if (order.__isset.restore) {
    found.push_back(order.restore);
  }
  found.insert(found.end(), order.restore_otherwise.begin(), order.restore_otherwise.end());
  return found;
}

}  // namespace

std::string describe(const idl::Checkpoint& checkpoint, const idl::Session& session) {
  std::string text = "checkpoint " + std::to_string(checkpoint.number);
  if (checkpoint.session_id != session.id) {
    text += " of session " + std::to_string(checkpoint.session_id);
  }
  return checkpoint.step < 0 ? text : text + " (step " + std::to_string(checkpoint.step) + ")";
}

RestoredCheckpoint restore_checkpoint(storage::CheckpointStore& store,
                                      const idl::RunnerOrder& order,
                                      const std::optional<idl::Checkpoint>& last,
                                      const std::string& folder) {
  RestoredCheckpoint restored;
  remove_folder(folder);
  for (const idl::Checkpoint& candidate : candidates(order, last)) {
    const std::string name = describe(candidate, order.session);
    if (const auto wrong = store.restore(candidate.digest, folder)) {
      restored.notes.push_back(name + " cannot be used: " + *wrong);
      continue;
    }
    restored.from = candidate;
    restored.unrecorded =
        candidate.session_id == order.session.id && candidate.number > order.last_checkpoint;
    restored.notes.push_back("starts from " + name);
    return restored;
  }
  fs::create_directories(folder);
  if (order.attempt.number > 1 || !restored.notes.empty()) {
    restored.notes.emplace_back("starts from zero: there is no checkpoint");
  }
  return restored;
}

}  // namespace automl::executor
