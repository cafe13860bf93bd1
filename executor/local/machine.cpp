// SPDX-License-Identifier: Apache-2.0
#include "executor/local/machine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <sched.h>
#include <sstream>
#include <unistd.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace {

std::int32_t cpus_by_affinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return CPU_COUNT(&set);
  }
  return static_cast<std::int32_t>(sysconf(_SC_NPROCESSORS_ONLN));
}

// The first numbers of a file; unset when it has fewer, as where it says "max".
std::optional<double> first_number(const std::string& path) {
  std::istringstream text(read_file(path).value_or(""));
  double value = 0;
  return text >> value ? std::optional(value) : std::nullopt;
}

std::optional<double> quotient(const std::string& path) {
  std::istringstream text(read_file(path).value_or(""));
  double quota = 0;
  double period = 0;
  return text >> quota >> period && period > 0 ? std::optional(quota / period) : std::nullopt;
}

struct Limits {
  double cpus = std::numeric_limits<double>::infinity();
  double memory_bytes = std::numeric_limits<double>::infinity();

  void add_cpus(std::optional<double> limit) {
    cpus = limit && *limit > 0 ? std::min(cpus, *limit) : cpus;
  }
  void add_memory(std::optional<double> limit) {
    memory_bytes = limit && *limit > 0 ? std::min(memory_bytes, *limit) : memory_bytes;
  }
};

void add_version_2(Limits& limits, const std::string& group) {
  limits.add_cpus(quotient(group + "/cpu.max"));
  limits.add_memory(first_number(group + "/memory.max"));
}

void add_version_1_cpus(Limits& limits, const std::string& group) {
  const auto quota = first_number(group + "/cpu.cfs_quota_us");
  const auto period = first_number(group + "/cpu.cfs_period_us");
  limits.add_cpus(quota && period && *period > 0 ? std::optional(*quota / *period) : std::nullopt);
}

void add_version_1_memory(Limits& limits, const std::string& group) {
  limits.add_memory(first_number(group + "/memory.limit_in_bytes"));
}

// The group and all above it. Inside of a container the path may be one of the host, of which only
// the last step, the root that is mounted, is there.
template <class Add>
void climb(Limits& limits, const std::string& mount, std::string path, Add add) {
  while (!path.empty()) {
    add(limits, mount + path);
    path.erase(path.rfind('/'));
  }
  add(limits, mount);
}

bool names(const std::string& controllers, const std::string& one) {
  return ("," + controllers + ",").find("," + one + ",") != std::string::npos;
}

Limits cgroup_limits(const std::string& root) {
  Limits limits;
  const std::string mount = root + "/sys/fs/cgroup";
  std::istringstream lines(read_file(root + "/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    // hierarchy:controllers:/path
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos || line[second + 1] != '/') {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      climb(limits, mount, path, add_version_2);
    }
    if (names(controllers, "cpu")) {
      climb(limits, mount + "/cpu", path, add_version_1_cpus);
    }
    if (names(controllers, "memory")) {
      climb(limits, mount + "/memory", path, add_version_1_memory);
    }
  }
  return limits;
}

}  // namespace

Machine usable_machine(const std::string& root) {
  const Limits limits = cgroup_limits(root);
  Machine machine;
  machine.cpus = std::max(1, cpus_by_affinity());
  if (limits.cpus < machine.cpus) {
    machine.cpus = std::max(1, static_cast<std::int32_t>(std::floor(limits.cpus + 1e-9)));
  }
  machine.memory_bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  if (limits.memory_bytes < static_cast<double>(machine.memory_bytes)) {
    machine.memory_bytes = static_cast<std::int64_t>(limits.memory_bytes);
  }
  return machine;
}

}  // namespace automl::executor
