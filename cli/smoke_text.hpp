// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service_types.h"

#include "cli/text.hpp"

namespace automl::cli {

// What became of a smoke trial: how the program ended, what was found as metric, the value.
std::string smoke_text(const idl::TrialDetail& detail,
                       const idl::StudySpec& spec,
                       const Screen& screen);

}  // namespace automl::cli
