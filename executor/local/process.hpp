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
// The process as it is now; unset when there is none.
std::optional<ProcessIdentity> identify(pid_t pid);
// Still the same process, and not merely a zombie.
bool alive(const ProcessIdentity& identity);

// All processes that carry AUTOML_ATTEMPT=tag in their environment, zombies left out.
std::vector<pid_t> tagged_processes(const std::string& tag);
// Kills them (but not `spare`) until none is left; false if some survive `tries` rounds of 10 ms.
bool kill_tagged(const std::string& tag, pid_t spare, int tries);

}  // namespace automl::executor
