// SPDX-License-Identifier: Apache-2.0
#include "executor/local/process.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <functional>
#include <set>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace automl::executor {

namespace {

// A look that finds nobody is believed unless a process ended before it could be looked at: one
// that forks and ends may jump over a look unseen. So many in a row are believed nevertheless, for
// on a busy machine others end all the time.
constexpr int kBusyLooks = 300;
// Once somebody was killed, so many looks in a row must have found nobody.
constexpr int kSureLooks = 5;

constexpr std::uint64_t kKernelThread = 0x200000;  // PF_KTHREAD of the kernel

struct Stat {
  char state = 0;
  std::uint64_t flags = 0;
  std::int64_t start_ticks = 0;
};

enum class Tagged { kYes, kNo, kVanished, kOver, kUnknown };

// Unset with errno when it cannot be read.
std::optional<std::string> read_proc(pid_t pid, const char* name) {
  errno = 0;
  return read_file("/proc/" + std::to_string(pid) + "/" + name);
}

// /proc/PID/stat: the name in parentheses may hold anything, so fields count from the last ')'.
std::optional<Stat> read_stat(pid_t pid) {
  const auto text = read_proc(pid, "stat");
  if (!text) {
    return std::nullopt;
  }
  std::size_t at = text->rfind(')');
  if (at == std::string::npos || at + 2 >= text->size()) {
    return std::nullopt;
  }
  Stat stat;
  stat.state = (*text)[at + 2];
  // Field 3 is the state, field 9 the flags, field 22 the start time.
  at += 2;
  const char* end = text->data() + text->size();
  for (int field = 4; field <= 22; ++field) {
    at = text->find(' ', at + 1);
    if (at == std::string::npos) {
      return std::nullopt;
    }
    if (field == 9) {
      std::from_chars(text->data() + at + 1, end, stat.flags);
    } else if (field == 22) {
      std::from_chars(text->data() + at + 1, end, stat.start_ticks);
    }
  }
  return stat;
}

bool over(const Stat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

// The attempt's entry as /proc/PID/environ holds it.
std::string entry_of(const std::string& tag) { return "AUTOML_ATTEMPT=" + tag; }

Tagged carries(pid_t pid, const std::string& entry) {
  const auto environment = read_proc(pid, "environ");
  if (!environment && errno != ESRCH) {
    return means_are_short(errno) ? Tagged::kUnknown
           : errno == ENOENT      ? Tagged::kVanished
                                  : Tagged::kNo;
  }
  if (!environment || environment->empty()) {
    // A thread of the kernel never has one (newer kernels do not even open it: ESRCH); others get
    // it late in exec and lose it early in exit.
    const auto stat = read_stat(pid);
    if (!stat) {
      return Tagged::kVanished;
    }
    return over(*stat)                          ? Tagged::kOver
           : (stat->flags & kKernelThread) == 0 ? Tagged::kVanished
                                                : Tagged::kNo;
  }
  for (std::size_t at = 0; (at = environment->find(entry, at)) != std::string::npos; ++at) {
    const bool starts = at == 0 || (*environment)[at - 1] == '\0';
    const std::size_t end = at + entry.size();
    if (starts && (end == environment->size() || (*environment)[end] == '\0')) {
      return Tagged::kYes;
    }
  }
  return Tagged::kNo;
}

struct Look {
  bool complete = false;  // false: this process cannot look
  bool vanished = false;  // some could not be looked at: they were beginning or ending
};

// Calls `found` at once for each, since some live for moments only. `others`: those that earlier
// looks, a moment ago, took for none of them; they are passed over. A zombie that is not among them
// may have been alive when it was listed.
Look for_each_tagged(const std::string& entry,
                     const std::function<void(pid_t)>& found,
                     std::set<pid_t>& others) {
  Look look;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) {
    return look;
  }
  look.complete = true;
  std::vector<pid_t> pids;
  while (const dirent* item = readdir(proc)) {
    pid_t pid = 0;
    const std::string name = item->d_name;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) {
      pids.push_back(pid);
    }
  }
  closedir(proc);
  // The newest first: those that live for moments are still there.
  for (auto pid = pids.rbegin(); pid != pids.rend(); ++pid) {
    if (others.count(*pid) != 0) {
      continue;
    }
    const Tagged tagged = carries(*pid, entry);
    look.complete &= tagged != Tagged::kUnknown;
    look.vanished |= tagged == Tagged::kVanished || tagged == Tagged::kOver;
    if (tagged == Tagged::kYes) {
      found(*pid);
    } else if (tagged == Tagged::kNo || tagged == Tagged::kOver) {
      others.insert(*pid);
    }
  }
  return look;
}

// Only if the pid is still that of a process of the attempt.
void kill_one(pid_t pid, const std::string& entry) {
  // By system call: the C library's header for them cannot be used from C++ everywhere.
  const int file = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (file < 0) {
    if (errno != ESRCH) {
      kill(pid, SIGKILL);
    }
    return;
  }
  if (carries(pid, entry) == Tagged::kYes) {
    syscall(SYS_pidfd_send_signal, file, SIGKILL, nullptr, 0);
  }
  close(file);
}

bool ended(const ProcessIdentity& identity) {
  const auto stat = read_stat(static_cast<pid_t>(identity.pid));
  return stat ? over(*stat) || stat->start_ticks != identity.start_ticks : !means_are_short(errno);
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

Life look_at(const ProcessIdentity& identity, const std::string& tag) {
  if (identity.boot_id != boot_id()) {
    return Life::kEnded;
  }
  const auto pid = static_cast<pid_t>(identity.pid);
  const auto stat = read_stat(pid);
  if (!stat) {
    return means_are_short(errno) ? Life::kUnknown : Life::kEnded;
  }
  if (stat->start_ticks != identity.start_ticks || over(*stat)) {
    return Life::kEnded;
  }
  switch (carries(pid, entry_of(tag))) {
    case Tagged::kYes:
      return Life::kAlive;
    case Tagged::kUnknown:
      return Life::kUnknown;
    default:
      return Life::kEnded;
  }
}

std::optional<std::vector<pid_t>> tagged_processes(const std::string& tag) {
  std::vector<pid_t> found;
  std::set<pid_t> others;
  const auto add = [&found](pid_t pid) {
    const auto stat = read_stat(pid);
    if (stat && !over(*stat)) {
      found.push_back(pid);
    }
  };
  const Look look = for_each_tagged(entry_of(tag), add, others);
  return look.complete ? std::optional(std::move(found)) : std::nullopt;
}

bool kill_tagged(const std::string& tag, pid_t spare, int tries) {
  const std::string entry = entry_of(tag);
  // A dying process loses its environment before it lets go of its files and devices.
  std::vector<ProcessIdentity> dying;
  bool anybody = false;
  std::set<pid_t> others;
  const auto end = [&](pid_t pid) {
    const auto identity = pid == spare ? std::nullopt : identify(pid);
    if (identity && !ended(*identity)) {
      kill_one(pid, entry);
      dying.push_back(*identity);
      anybody = true;
    }
  };
  int quiet = 0;  // looks in a row that found none
  int sure = 0;   // and that could look at all
  while (tries > 0) {
    const Look look = for_each_tagged(entry, end, others);
    const bool none = look.complete && dying.empty();
    quiet = none ? quiet + 1 : 0;
    sure = none && !look.vanished ? sure + 1 : 0;
    if (sure >= (anybody ? kSureLooks : 1) || quiet >= kBusyLooks) {
      return true;
    }
    std::erase_if(dying, ended);
    if (!none) {
      others.clear();  // a pid may be another process's by the next look
      const timespec pause{0, dying.empty() ? 1'000'000 : 10'000'000};
      nanosleep(&pause, nullptr);
      --tries;
    }
  }
  return false;
}

}  // namespace automl::executor
