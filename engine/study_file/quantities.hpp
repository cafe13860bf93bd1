// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/study_file/document.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// How plain words are read. Numbers are decimal: 3, -0.5, 1e-5; only true and false are truth
// values; on, off, yes, no and everything else is text, as is all that is quoted.

std::optional<std::int64_t> to_integer(const std::string& word);  // also 3.0 and 1e3
std::optional<double> to_number(const std::string& word);         // finite

// The value of a plain or quoted scalar.
idl::Value to_value(const std::string& word, bool quoted);
idl::Value to_value(const Node& scalar);

// 90s, 30m, 2h, 1d, 1.5h: seconds, rounded up.
std::optional<std::int64_t> to_seconds(const std::string& word);
// 512MB, 8GiB, 1.5TB, 4096B: bytes; kB, MB, GB, TB count in thousands, KiB, MiB, GiB, TiB in 1024.
std::optional<std::int64_t> to_bytes(const std::string& word);

}  // namespace automl::engine::study_file
