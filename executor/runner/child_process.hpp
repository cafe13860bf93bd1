// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace automl::executor {

struct ChildProcess {
  pid_t pid = 0;
  int out = -1;  // reading ends of its output, owned by the caller
  int err = -1;
};

// Starts a program in a process group of its own, with nothing but the given environment, no input,
// and its output in pipes. It dies when this thread's process dies, and is what the kernel takes
// first when memory runs out. Throws std::runtime_error naming what failed: folder, program,
// limits.
ChildProcess start_child(std::vector<std::string> arguments,
                         const std::map<std::string, std::string>& environment,
                         const std::string& directory);

}  // namespace automl::executor
