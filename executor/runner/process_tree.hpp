// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace automl::executor {

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  std::int64_t memory_bytes = 0;  // resident; pages shared with others count in full
  double cpu_s = 0;               // of itself, user and system
};

// All descendants of this process, which is their subreaper: none can escape by a session of its
// own. Zombies that wait for their parent are among them.
std::vector<Process> descendants();

// Resident memory with shared pages divided among those who share them: what the processes really
// take together. Slower than the sum of `memory_bytes`, which is used where the kernel cannot tell.
std::int64_t proportional_memory(const std::vector<Process>& processes);

// Sends the signal to each; harmless for those that are gone.
void signal_all(const std::vector<Process>& processes, int signal);

// Sends the signal to those below `root`, and itself, that handle it; where one does, what it has
// started is its own business. A process that does not handle it is left alone, it might die of it.
// Returns how many were sent it.
int signal_those_who_handle_it(pid_t root, const std::vector<Process>& processes, int signal);

// Kills all descendants. They are stopped first, so that none forks away from under the kill.
void kill_descendants();

// How often the kernel killed something in this process's cgroup for lack of memory; -1: unknown.
std::int64_t out_of_memory_kills();

}  // namespace automl::executor
