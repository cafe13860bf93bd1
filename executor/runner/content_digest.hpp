// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::executor {

// SHA-256, hexadecimal.
std::string content_digest(const std::string& bytes);
// The same of a file's content. Throws std::runtime_error when it cannot be read.
std::string file_digest(const std::string& path);

}  // namespace automl::executor
