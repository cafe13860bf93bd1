// SPDX-License-Identifier: Apache-2.0
#include "executor/local/process.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <signal.h>

namespace automl::executor {

namespace {

struct Stat {
  char state = 0;
  std::int64_t start_ticks = 0;
};

// /proc/PID/stat: the name in parentheses may hold anything, so fields count from the last ')'.
std::optional<Stat> read_stat(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) {
    return std::nullopt;
  }
  std::size_t at = text->rfind(')');
  if (at == std::string::npos || at + 2 >= text->size()) {
    return std::nullopt;
  }
  Stat stat;
  stat.state = (*text)[at + 2];
  // Field 3 is the state, field 22 the start time.
  at += 2;
  for (int field = 3; field < 22 && at != std::string::npos; ++field) {
    at = text->find(' ', at + 1);
  }
  if (at == std::string::npos) {
    return std::nullopt;
  }
  std::from_chars(text->data() + at + 1, text->data() + text->size(), stat.start_ticks);
  return stat;
}

bool carries(pid_t pid, const std::string& entry) {
  const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ");
  if (!environment) {
    return false;
  }
  for (std::size_t at = 0; (at = environment->find(entry, at)) != std::string::npos; ++at) {
    const bool starts = at == 0 || (*environment)[at - 1] == '\0';
    const std::size_t end = at + entry.size();
    if (starts && (end == environment->size() || (*environment)[end] == '\0')) {
      return true;
    }
  }
  return false;
}

}  // namespace

const std::string& boot_id() {
  static const std::string kId = [] {
    std::string id = read_file("/proc/sys/kernel/random/boot_id").value_or("unknown");
    id.erase(
        std::remove_if(id.begin(), id.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
        id.end());
    return id;
  }();
  return kId;
}

std::optional<ProcessIdentity> identify(pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat) {
    return std::nullopt;
  }
  return ProcessIdentity{pid, stat->start_ticks, boot_id()};
}

bool alive(const ProcessIdentity& identity) {
  if (identity.boot_id != boot_id()) {
    return false;
  }
  const auto stat = read_stat(static_cast<pid_t>(identity.pid));
  return stat && stat->start_ticks == identity.start_ticks && stat->state != 'Z' &&
         stat->state != 'X';
}

std::vector<pid_t> tagged_processes(const std::string& tag) {
  std::vector<pid_t> found;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) {
    return found;
  }
  const std::string entry = "AUTOML_ATTEMPT=" + tag;
  while (const dirent* item = readdir(proc)) {
    pid_t pid = 0;
    const std::string name = item->d_name;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size() || !carries(pid, entry)) {
      continue;
    }
    const auto stat = read_stat(pid);
    if (stat && stat->state != 'Z' && stat->state != 'X') {
      found.push_back(pid);
    }
  }
  closedir(proc);
  return found;
}

bool kill_tagged(const std::string& tag, pid_t spare, int tries) {
  for (int i = 0; i < tries; ++i) {
    std::vector<pid_t> left = tagged_processes(tag);
    std::erase(left, spare);
    if (left.empty()) {
      return true;
    }
    for (const pid_t pid : left) {
      kill(pid, SIGKILL);
    }
    const timespec pause{0, 10'000'000};
    nanosleep(&pause, nullptr);
  }
  std::vector<pid_t> left = tagged_processes(tag);
  std::erase(left, spare);
  return left.empty();
}

}  // namespace automl::executor
