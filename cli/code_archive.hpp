// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/engine_connection.hpp"

namespace automl::cli {

struct CodeArchive {
  std::string digest;  // SHA-256, hexadecimal
  std::int64_t bytes = 0;
};

// Writes the files of the folder to `path` as a compressed tar file. Only names, contents, links
// and the execute bit count: the same files give the same bytes. Throws std::runtime_error, also
// when there is more than 2 GiB.
CodeArchive pack_code(const std::string& folder,
                      const std::vector<std::string>& files,
                      const std::string& path);

// Packs the code of the folder and sends it unless the engine has it; returns its digest, empty for
// no folder. Warns above 50 MiB.
std::string upload_code(EngineConnection& engine, const std::string& folder, bool quiet);

}  // namespace automl::cli
