// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

// Facts about processes of this machine, from /proc.

// Identifies the boot: pids and start times mean nothing across boots.
const std::string& boot_id();
// The process as it is now; unset when there is none, or when this process cannot look.
std::optional<ProcessIdentity> identify(pid_t pid);

enum class Life {
  kAlive,
  kEnded,    // or a zombie, or another process has its pid
  kUnknown,  // this process cannot look: it has no file left to open, or no memory
};

// Whether it is still the process it was, and one of the attempt with this tag: a file that says so
// may have been written by anybody.
Life look_at(const ProcessIdentity& identity, const std::string& tag);

// All processes that carry AUTOML_ATTEMPT=tag in their environment, zombies left out. Unset when
// this process cannot look.
std::optional<std::vector<pid_t>> tagged_processes(const std::string& tag);
// Kills them (but not `spare`) until none is left, however fast they fork; false if some survive
// `tries` rounds of 10 ms, or when this process cannot look.
bool kill_tagged(const std::string& tag, pid_t spare, int tries);

}  // namespace automl::executor
