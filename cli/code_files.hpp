// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::cli {

// What belongs to the code, relative to `folder` and sorted: in a git work tree what git tracks or
// would add, otherwise everything that .gitignore files don't exclude; .automlignore excludes more,
// and what programs leave behind (__pycache__) and the engine's `home` never belong to it. Files,
// and symbolic links that stay inside. Throws std::filesystem::filesystem_error.
std::vector<std::string> code_files(const std::string& folder, const std::string& home = "");

}  // namespace automl::cli
