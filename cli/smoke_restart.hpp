// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "service_types.h"

#include "cli/text.hpp"

namespace automl::cli {

// What a killed trial's restart is worth: lines for `check --smoke`. `undisturbed` is a run of the
// same configuration with the same seed; `killed` was killed once, unset: the program saves
// nothing, so it was not tried.
std::string restart_text(const idl::TrialDetail& undisturbed,
                         const std::optional<idl::TrialDetail>& killed);

// Kills an attempt's runner, and with it the program; false when it does not run (any more) on this
// machine.
bool kill_attempt(const idl::Attempt& attempt);

}  // namespace automl::cli
