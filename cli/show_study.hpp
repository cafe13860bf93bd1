// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/commands.hpp"

namespace automl::cli {

// The versions that a study's file has had: what each changed and what became of its trials.
int show_study(Context& context, const std::string& study);

}  // namespace automl::cli
