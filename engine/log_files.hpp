// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::engine {

// The logs of sessions: HOME/sessions/<session id>/attempt-<n>.log, written at the offsets that
// runners give, so that a piece that comes twice changes nothing. Written by the event loop, read
// by any thread. A written piece survives the end of the engine, not a power cut.
class LogFiles {
 public:
  explicit LogFiles(std::string home);

  // Pieces outside 0 … kLogLimitBytes are dropped. Throws std::system_error when the disk refuses.
  void write(std::int64_t session_id, int attempt, const std::vector<idl::LogPiece>& pieces) const;

  // At most `limit` bytes from `offset`; empty past the end and when there is no log.
  // Throws std::system_error.
  std::string read(std::int64_t session_id,
                   int attempt,
                   std::int64_t offset,
                   std::int64_t limit) const;

  std::string path(std::int64_t session_id, int attempt) const;

 private:
  std::string home_;
};

// No log grows beyond this, whatever a runner says.
inline constexpr std::int64_t kLogLimitBytes = std::int64_t{4} << 30;

}  // namespace automl::engine
