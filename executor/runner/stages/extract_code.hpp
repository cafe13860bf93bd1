// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace automl::executor {

// Bounds on what an archive may unpack to. Small archives may grow to `free_bytes`, larger ones by
// `ratio`, none beyond `bytes`.
struct ArchiveLimits {
  std::int64_t entries = 100'000;
  std::int64_t bytes = std::int64_t{4} << 30;
  std::int64_t free_bytes = std::int64_t{64} << 20;
  std::int64_t ratio = 200;
};

// Unpacks a tar archive (plain, gzip or zstd) below `folder`, which must exist. Only regular files,
// folders and symbolic links that stay inside are accepted; nothing is ever written outside. Throws
// std::runtime_error naming the entry; `folder` may then hold a part.
void unpack(const std::string& archive, const std::string& folder, const ArchiveLimits& limits);

struct CodeArchive {
  std::string path;
  std::string digest;  // SHA-256 of the file, checked when it is unpacked
  std::string cache;   // code/DIGEST is made below it
};

// The code of a session in `work`: unpacked once per archive into the cache, then copied, so that
// no trial sees what another one wrote. Several runners wait for the one that unpacks, asking
// `given_up`. Throws std::runtime_error.
void extract_code(const CodeArchive& code,
                  const std::string& work,
                  const std::function<bool()>& given_up);

}  // namespace automl::executor
