// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace automl::engine {

class OpenFile;

// SHA-256 as 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
// Of a whole file. Throws std::system_error.
std::string sha256_of_file(const OpenFile& file);

}  // namespace automl::engine
