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

// The artifact store of all nodes, and the newest checkpoint of each session that lies beside it:
// what is here has outlived whoever wrote it.
class CheckpointDisk {
 public:
  // Of two attempts of a session the later one has the say.
  void save(const idl::Checkpoint& checkpoint);
  bool has(const std::string& digest) const { return digests_.count(digest) != 0; }
  std::optional<idl::Checkpoint> last(std::int64_t session_id) const;
  // Removes all but those wanted and the sessions' newest.
  void sweep(const std::vector<std::string>& wanted);

 private:
  std::set<std::string> digests_;
  std::map<std::int64_t, idl::Checkpoint> last_;
};

}  // namespace automl::simulation
