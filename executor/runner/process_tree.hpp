// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace automl::executor {

// All descendants of this process, which is their subreaper: none can escape by a session of its
// own.
std::vector<pid_t> descendants();

struct Usage {
  std::int64_t memory_bytes = 0;  // resident, summed
  double cpu_s = 0;               // of living processes
};
Usage usage_of(const std::vector<pid_t>& processes);

// Sends the signal to each; harmless for those that are gone.
void signal_all(const std::vector<pid_t>& processes, int signal);

// How often the kernel killed something in this process's cgroup for lack of memory; -1: unknown.
std::int64_t out_of_memory_kills();

}  // namespace automl::executor
