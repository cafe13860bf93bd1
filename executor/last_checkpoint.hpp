// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// The newest checkpoint of a session that is in the artifact store of its node, written down beside
// its checkpoint folder before the program hears of it: so it counts even if neither runner nor
// engine lived to record it.

// Durable when it returns. Throws std::runtime_error.
void write_last_checkpoint(const std::string& home, const idl::Checkpoint& checkpoint);
// Unset when there is none, or what is there is none.
std::optional<idl::Checkpoint> read_last_checkpoint(const std::string& home,
                                                    std::int64_t session_id);
// Of all sessions. Throws std::runtime_error when the folder cannot be listed.
std::vector<idl::Checkpoint> last_checkpoints(const std::string& home);

}  // namespace automl::executor
