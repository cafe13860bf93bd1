// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "service_types.h"

namespace automl::executor {

// Where a program finds what it needs.
struct ProgramPaths {
  std::string params;
  std::string output;
  std::string checkpoint;
  std::string socket;
  std::string python;  // folder of the Python SDK; empty: none
};

// The environment of a session's command: that of this process without automl's secrets, automl's
// variables, and the user's own on top. The attempt's tag cannot be overridden.
std::map<std::string, std::string> program_environment(
    const idl::RunnerOrder& order,
    const ProgramPaths& paths,
    const std::map<std::string, std::string>& datasets);

}  // namespace automl::executor
