// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::simulation {

// The artifact store of all nodes, and what runners have written down beside it: the newest
// checkpoint of each session and those before it that the engine had not recorded. What is here has
// outlived whoever wrote it.
class CheckpointDisk {
 public:
  // Of two attempts of a session the later one has the say. `unrecorded`: of the same session,
  // older.
  void save(const idl::Checkpoint& checkpoint, std::vector<idl::Checkpoint> unrecorded);
  bool has(const std::string& digest) const { return digests_.count(digest) != 0; }
  std::optional<idl::Checkpoint> last(std::int64_t session_id) const;
  // All that runners have written down, oldest first in each session.
  std::vector<idl::Checkpoint> written() const;
  // Removes all but these.
  void sweep(const std::vector<std::string>& wanted);

 private:
  std::set<std::string> digests_;
  std::map<std::int64_t, std::vector<idl::Checkpoint>> written_;  // by session, oldest first
};

}  // namespace automl::simulation
