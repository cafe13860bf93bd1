// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "records_types.h"

namespace automl::engine {

// Parts of a study's specification as its file would have them, for messages.
std::string parameter_text(const idl::Parameter& parameter);  // {float: [1e-05, 1], log: true}
std::string algorithm_text(const idl::Algorithm& algorithm);  // {gp: {initial: 8}}
std::string seconds_text(std::int64_t seconds);               // 90s, 2h; 0: none
std::string bytes_text(std::int64_t bytes);                   // 512MiB; 0: none

}  // namespace automl::engine
