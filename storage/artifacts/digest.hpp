// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <string>
#include <string_view>

namespace automl::storage {

// 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

// SHA-256 in that form. The stream is read to its end; check its state for read errors.
std::string digest_of(std::string_view bytes);
std::string digest_of(std::istream& bytes);

}  // namespace automl::storage
