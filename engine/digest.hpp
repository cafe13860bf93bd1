// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace automl::engine {

// SHA-256 as 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view bytes);

}  // namespace automl::engine
