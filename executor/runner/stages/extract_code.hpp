// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::executor {

// Bounds on what an archive may unpack to.
struct ArchiveLimits {
  std::int64_t entries = 200'000;
  std::int64_t bytes = std::int64_t{8} << 30;
};

// Unpacks a tar archive (any compression libarchive knows) below `folder`, which must exist. Only
// regular files, folders and symbolic links that stay inside are accepted; nothing is ever written
// outside. Throws std::runtime_error naming the entry; `folder` may then hold a part.
void unpack(const std::string& archive, const std::string& folder, const ArchiveLimits& limits);

// The code of a session in `work`: unpacked once per archive into `cache`/code/DIGEST, then copied,
// so that no trial sees what another one wrote. Safe when several runners do it at once.
void extract_code(const std::string& archive,
                  const std::string& digest,
                  const std::string& cache,
                  const std::string& work);

}  // namespace automl::executor
