// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/process_tree.hpp"

#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <signal.h>
#include <sstream>
#include <string>
#include <unistd.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace {

// Children of every thread of the process.
void add_children(pid_t pid, std::vector<pid_t>& found) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  DIR* folder = opendir(tasks.c_str());
  if (folder == nullptr) {
    return;
  }
  while (const dirent* item = readdir(folder)) {
    if (item->d_name[0] == '.') {
      continue;
    }
    std::istringstream children(read_file(tasks + "/" + item->d_name + "/children").value_or(""));
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
    }
  }
  closedir(folder);
}

}  // namespace

std::vector<pid_t> descendants() {
  std::vector<pid_t> found;
  add_children(getpid(), found);
  for (std::size_t i = 0; i < found.size(); ++i) {
    add_children(found[i], found);
  }
  return found;
}

Usage usage_of(const std::vector<pid_t>& processes) {
  Usage usage;
  static const auto kPage = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  static const auto kTicks = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (const pid_t pid : processes) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const std::string memory = read_file(folder + "/statm").value_or("");
    std::int64_t size = 0;
    std::int64_t resident = 0;
    std::istringstream(memory) >> size >> resident;
    usage.memory_bytes += resident * kPage;
    const std::string stat = read_file(folder + "/stat").value_or("");
    const std::size_t name = stat.rfind(')');
    if (name == std::string::npos) {
      continue;
    }
    // After the name: state, then fields 4 to 13, then user and system time.
    std::istringstream fields(stat.substr(name + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
      fields >> skipped;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    usage.cpu_s += (user + system) / kTicks;
  }
  return usage;
}

void signal_all(const std::vector<pid_t>& processes, int signal) {
  for (const pid_t pid : processes) {
    kill(pid, signal);
  }
}

std::int64_t out_of_memory_kills() {
  std::istringstream lines(read_file("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::string file;
    if (line.rfind("0::", 0) == 0) {
      file = "/sys/fs/cgroup" + line.substr(3) + "/memory.events";
    } else if (line.find(":memory:") != std::string::npos) {
      file = "/sys/fs/cgroup/memory" + line.substr(line.rfind(':') + 1) + "/memory.oom_control";
    } else {
      continue;
    }
    std::istringstream entries(read_file(file).value_or(""));
    std::string key;
    for (std::int64_t value = 0; entries >> key >> value;) {
      if (key == "oom_kill") {
        return value;
      }
    }
  }
  return -1;
}

}  // namespace automl::executor
