// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service_types.h"

#include "storage/artifacts/checkpoint_store.hpp"

namespace automl::executor {

struct RestoredCheckpoint {
  std::optional<idl::Checkpoint> from;  // unset: the folder is empty
  bool unrecorded = false;              // the engine does not know of it yet
  std::vector<std::string> notes;       // for the log, a line each
};

// Fills a session's checkpoint folder with what its attempt starts from: the newest whole one of
// what the engine has ordered and of `last`, which the session's former runner wrote down when it
// may not have lived to record it. What was in the folder is removed, nobody knows whether it is
// whole. Throws std::runtime_error.
RestoredCheckpoint restore_checkpoint(storage::CheckpointStore& store,
                                      const idl::RunnerOrder& order,
                                      const std::optional<idl::Checkpoint>& last,
                                      const std::string& folder);

// "checkpoint 3 of ada/digits/7 (step 12)", as people read it.
std::string describe(const idl::Checkpoint& checkpoint, const idl::Session& session);

}  // namespace automl::executor
