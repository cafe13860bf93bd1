// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::executor {

// What this process and those it starts may use together.
struct Machine {
  std::int32_t cpus = 1;
  std::int64_t memory_bytes = 0;
};

// The hardware within the limits of affinity and cgroups (version 1 and 2, of the own group and all
// above it): in a container a machine is as large as the container. Part of a CPU counts as none,
// but there is always one. Files are looked for below `root`.
Machine usable_machine(const std::string& root = "");

}  // namespace automl::executor
