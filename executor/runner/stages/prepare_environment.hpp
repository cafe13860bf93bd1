// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "records_types.h"

#include "executor/runner/stages/run_command.hpp"

namespace automl::executor {

// A Python virtual environment with the packages of `requirements` (a file), made once per distinct
// file and kept in `cache`/environments. Several runners wait for the one that makes it; it counts
// only once it is complete. `run` executes a command with its output in the session's log. Returns
// the environment's folder; throws std::runtime_error with the reason when it cannot be made.
std::string prepare_environment(const std::string& requirements,
                                const std::string& cache,
                                const std::function<idl::ExitReport(Command)>& run);

}  // namespace automl::executor
