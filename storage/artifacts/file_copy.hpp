// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::storage {

struct CopiedFile {
  std::string digest;  // of what was copied
  std::int64_t bytes = 0;
  bool cloned = false;  // both share their blocks: nothing was written
};

// Copies an open file into an open empty one, up to `most_bytes`, cloning it where the file system
// can; holes stay holes. Throws Unavailable about `name`.
CopiedFile copy_file(int from, int to, std::int64_t most_bytes, const std::string& name);

// Of an open file's whole content. Throws Unavailable about `name`.
CopiedFile digest_file(int file, const std::string& name);

}  // namespace automl::storage
