// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "storage/artifacts/directory.hpp"

namespace automl::engine {

// The code archives of an engine, HOME/archives/<SHA-256>.tar.zst, as the calls of service.thrift
// see them: their errors are idl::InvalidRequest, idl::Conflict and idl::Unavailable. Thread safe.
class Archives {
 public:
  // Forgets archives that were only half sent to an earlier engine. Throws storage::Unavailable.
  explicit Archives(const std::string& home);

  bool has(const std::string& digest);
  // As ArtifactStore::put; a piece has at most kPieceBytes.
  void put(const std::string& digest, std::int64_t offset, const std::string& bytes, bool last);

 private:
  storage::ArtifactDirectory directory_;
};

inline constexpr std::int64_t kPieceBytes = std::int64_t{4} << 20;
inline constexpr std::int64_t kArchiveBytes = std::int64_t{2} << 30;

}  // namespace automl::engine
