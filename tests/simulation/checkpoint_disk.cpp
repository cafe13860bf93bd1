// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checkpoint_disk.hpp"

#include <utility>

namespace automl::simulation {

void CheckpointDisk::save(const idl::Checkpoint& checkpoint,
                          std::vector<idl::Checkpoint> unrecorded) {
  std::vector<idl::Checkpoint>& written = written_[checkpoint.session_id];
  if (!written.empty() && written.back().attempt > checkpoint.attempt) {
    return;
  }
  digests_.insert(checkpoint.digest);
  written = std::move(unrecorded);
  written.push_back(checkpoint);
}

std::optional<idl::Checkpoint> CheckpointDisk::last(std::int64_t session_id) const {
  const auto found = written_.find(session_id);
  return found == written_.end() || found->second.empty() ? std::nullopt
                                                          : std::optional(found->second.back());
}

std::vector<idl::Checkpoint> CheckpointDisk::written() const {
  std::vector<idl::Checkpoint> all;
  for (const auto& [session, checkpoints] : written_) {
    all.insert(all.end(), checkpoints.begin(), checkpoints.end());
  }
  return all;
}

void CheckpointDisk::sweep(const std::vector<std::string>& wanted) {
  std::set<std::string> kept;
  for (const std::string& digest : wanted) {
    if (has(digest)) {
      kept.insert(digest);
    }
  }
  digests_ = std::move(kept);
}

}  // namespace automl::simulation
