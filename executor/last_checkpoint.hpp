// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// The newest checkpoint of a session that is in the artifact store of its node, written down beside
// its checkpoint folder before the program hears of it: so it counts even if neither runner nor
// engine lived to record it. With it, so that they are not swept away meanwhile, those before it
// that its runner has told the engine of and had no answer yet.

// `checkpoints`: of one session, oldest first, at least one; the newest 100 count. Durable when it
// returns. Throws std::runtime_error.
void write_last_checkpoints(const std::string& home,
                            const std::vector<idl::Checkpoint>& checkpoints);
// The newest. Unset when there is none, or what is there is none.
std::optional<idl::Checkpoint> read_last_checkpoint(const std::string& home,
                                                    std::int64_t session_id);
// All that are written down of all sessions, oldest first in each. Throws std::runtime_error when
// the folder cannot be listed.
std::vector<idl::Checkpoint> last_checkpoints(const std::string& home);

}  // namespace automl::executor
