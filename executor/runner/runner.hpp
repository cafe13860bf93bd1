// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::executor {

struct RunnerOptions {
  std::string engine;     // endpoint
  std::string directory;  // of the attempt
  std::string home;       // of the engine on this node
  std::string token;
  std::string python_path;  // folder of the Python SDK, offered to programs
  bool deliver = false;     // only forward what a dead runner has left
};

// One attempt from registration to the engine's receipt of its result. Returns the exit code.
int run_attempt(const RunnerOptions& options);

}  // namespace automl::executor
