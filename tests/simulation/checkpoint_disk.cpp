// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checkpoint_disk.hpp"

#include <utility>

namespace automl::simulation {

void CheckpointDisk::save(const idl::Checkpoint& checkpoint) {
  const auto last = last_.find(checkpoint.session_id);
  if (last != last_.end() && last->second.attempt > checkpoint.attempt) {
    return;
  }
  digests_.insert(checkpoint.digest);
  last_[checkpoint.session_id] = checkpoint;
}

std::optional<idl::Checkpoint> CheckpointDisk::last(std::int64_t session_id) const {
  const auto found = last_.find(session_id);
  return found == last_.end() ? std::nullopt : std::optional(found->second);
}

void CheckpointDisk::sweep(const std::vector<std::string>& wanted) {
  std::set<std::string> kept;
  const auto keep = [&](const std::string& digest) {
    if (has(digest)) {
      kept.insert(digest);
    }
  };
  for (const std::string& digest : wanted) {
    keep(digest);
  }
  for (const auto& [session, checkpoint] : last_) {
    keep(checkpoint.digest);
  }
  digests_ = std::move(kept);
}

}  // namespace automl::simulation
