// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/process_tree.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <sstream>
#include <string>
#include <unistd.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace {

constexpr int kFreezeRounds = 10;

// /proc/PID/stat: the name in parentheses may hold anything, so fields count from the last ')'.
std::optional<Process> read_process(pid_t pid) {
  static const auto kPage = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  static const auto kTicks = static_cast<double>(sysconf(_SC_CLK_TCK));
  char path[40];
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  char text[2048];
  const ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  text[std::max<ssize_t>(count, 0)] = '\0';
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || at[1] == '\0') {
    return std::nullopt;
  }
  Process process;
  process.pid = pid;
  at += 3;  // the state, field 3
  for (int field = 4; field <= 24; ++field) {
    at = std::strchr(at, ' ');
    if (at == nullptr) {
      return std::nullopt;
    }
    ++at;
    if (field == 4) {
      process.parent = static_cast<pid_t>(std::strtol(at, nullptr, 10));
    } else if (field == 14 || field == 15) {
      process.cpu_s += std::strtod(at, nullptr) / kTicks;
    } else if (field == 24) {
      process.memory_bytes = std::strtoll(at, nullptr, 10) * kPage;
    }
  }
  return process;
}

// Whether the process has set up a function for the signal: a bit in the mask SigCgt.
bool handles(pid_t pid, int signal) {
  std::istringstream lines(read_file("/proc/" + std::to_string(pid) + "/status").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("SigCgt:", 0) == 0) {
      const unsigned long long mask = std::strtoull(line.c_str() + 7, nullptr, 16);
      return ((mask >> (signal - 1)) & 1) != 0;
    }
  }
  return false;
}

// Children of every thread of the process, where the kernel lists them.
void add_listed_children(pid_t pid, std::vector<Process>& found) {
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
      if (const auto process = read_process(child)) {
        found.push_back(*process);
      }
    }
  }
  closedir(folder);
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) {
    return all;
  }
  while (const dirent* item = readdir(proc)) {
    char* end = nullptr;
    const long pid = std::strtol(item->d_name, &end, 10);
    if (pid > 0 && *end == '\0') {
      if (const auto process = read_process(static_cast<pid_t>(pid))) {
        all.push_back(*process);
      }
    }
  }
  closedir(proc);
  return all;
}

}  // namespace

std::vector<Process> descendants() {
  // Not every kernel lists children.
  static const bool kListed =
      access(("/proc/self/task/" + std::to_string(getpid()) + "/children").c_str(), R_OK) == 0;
  std::vector<Process> found;
  if (kListed) {
    add_listed_children(getpid(), found);
    for (std::size_t i = 0; i < found.size(); ++i) {
      add_listed_children(found[i].pid, found);
    }
    return found;
  }
  std::vector<Process> others = all_processes();
  std::sort(others.begin(), others.end(), [](const Process& a, const Process& b) {
    return a.parent < b.parent;
  });
  const auto add_children_of = [&](pid_t pid) {
    const auto first =
        std::lower_bound(others.begin(), others.end(), pid, [](const Process& one, pid_t parent) {
          return one.parent < parent;
        });
    for (auto child = first; child != others.end() && child->parent == pid; ++child) {
      found.push_back(*child);
    }
  };
  add_children_of(getpid());
  // The list was not read in an instant: a bound, should it hold a circle.
  for (std::size_t i = 0; i < found.size() && found.size() <= others.size(); ++i) {
    add_children_of(found[i].pid);
  }
  return found;
}

std::int64_t proportional_memory(const std::vector<Process>& processes) {
  static const bool kKernelTells = access("/proc/self/smaps_rollup", R_OK) == 0;
  std::int64_t bytes = 0;
  for (const Process& process : processes) {
    const auto text = read_file("/proc/" + std::to_string(process.pid) + "/smaps_rollup");
    const std::size_t at = text ? text->find("\nPss:") : std::string::npos;
    if (at != std::string::npos) {
      bytes += std::strtoll(text->c_str() + at + 5, nullptr, 10) * 1024;
    } else if (!kKernelTells) {
      bytes += process.memory_bytes;
    }  // else it has ended meanwhile
  }
  return bytes;
}

void signal_all(const std::vector<Process>& processes, int signal) {
  for (const Process& process : processes) {
    kill(process.pid, signal);
  }
}

int signal_those_who_handle_it(pid_t root, const std::vector<Process>& processes, int signal) {
  if (handles(root, signal)) {
    return kill(root, signal) == 0 ? 1 : 0;
  }
  int sent = 0;
  for (const Process& process : processes) {
    if (process.parent == root && process.pid != root) {
      sent += signal_those_who_handle_it(process.pid, processes, signal);
    }
  }
  return sent;
}

void kill_descendants() {
  std::vector<Process> found = descendants();
  for (std::size_t before = 0, round = 0; round < kFreezeRounds && found.size() != before;
       ++round) {
    before = found.size();
    signal_all(found, SIGSTOP);
    found = descendants();
  }
  signal_all(found, SIGKILL);
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
