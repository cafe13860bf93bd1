// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/engine_connection.hpp"

namespace automl::cli {

// A snapshot of a code folder as a compressed tar file: the same files give the same bytes.
struct CodeArchive {
  std::string path;    // temporary file, removed by the owner
  std::string digest;  // SHA-256, hexadecimal
  std::int64_t bytes = 0;
  std::size_t files = 0;
};

// What belongs to the code, relative to `folder` and sorted: in a git work tree what git tracks or
// would add, otherwise everything that .gitignore files don't exclude; .automlignore excludes more.
// Files, and symbolic links that stay inside.
std::vector<std::string> list_code(const std::string& folder);

// Throws std::runtime_error, also when there is more than 2 GiB.
CodeArchive pack_code(const std::string& folder);

// Packs the folder and sends it unless the engine has it; returns its digest, empty for no folder.
std::string upload_code(EngineConnection& engine, const std::string& folder, bool quiet);

}  // namespace automl::cli
