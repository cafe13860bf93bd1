// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "records_types.h"

#include "executor/runner/stages/run_command.hpp"

namespace automl::executor {

struct SetUp {
  std::string requirements;  // path of the requirements file
  std::string cache;         // environments/ is made below it
  std::string search_path;   // PATH in which python3 is looked for
  // Executes a command with its output in the session's log.
  std::function<idl::ExitReport(Command)> run;
  // Whether waiting for somebody else's work is of no more use.
  std::function<bool()> given_up;
};

// A Python virtual environment with the packages of a requirements file, made once per distinct
// file and Python and kept in the cache. Several runners wait for the one that makes it; it counts
// only once it is complete. The packages of the machine's Python are visible in it. Returns the
// environment's folder; throws std::runtime_error with the reason when it cannot be made.
std::string prepare_environment(const SetUp& set_up);

}  // namespace automl::executor
