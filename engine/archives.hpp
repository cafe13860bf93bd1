// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace automl::engine {

// The code archives of an engine, HOME/archives/<SHA-256>.tar.zst, received in pieces. An archive
// is visible only when it is whole, has the digest of its name, and is safe on disk. Thread safe.
// Errors are those of service.thrift: idl::InvalidRequest, idl::Conflict, idl::Unavailable.
class Archives {
 public:
  explicit Archives(const std::string& home);

  bool has(const std::string& digest);

  // Pieces come in order: offset 0 begins anew, any other offset must be the end of what is there
  // (else Conflict: begin anew). A piece for an archive that is already whole is ignored.
  void put(const std::string& digest, std::int64_t offset, const std::string& bytes, bool last);

 private:
  void append(const std::string& digest, std::int64_t offset, const std::string& bytes);
  void complete(const std::string& digest);
  std::string whole(const std::string& digest) const;
  std::string partial(const std::string& digest) const;

  const std::string directory_;
  std::mutex mutex_;
};

// Larger pieces and larger archives are refused.
inline constexpr std::int64_t kPieceBytes = std::int64_t{4} << 20;
inline constexpr std::int64_t kArchiveBytes = std::int64_t{2} << 30;

}  // namespace automl::engine
