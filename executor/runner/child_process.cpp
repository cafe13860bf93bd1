// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/child_process.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace automl::executor {

namespace {

// What the child says when it does not get as far as running the program.
struct Failure {
  const char* step = nullptr;
  int error = 0;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

// For kernels and system call filters without close_range. Runs in the child, see become.
void close_one_by_one() {
  const int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  alignas(dirent64) char buffer[4096];
  long size = 0;
  while ((size = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      int file = 0;
      for (const char* digit = entry->d_name; *digit >= '0' && *digit <= '9'; ++digit) {
        file = file * 10 + (*digit - '0');
      }
      if (file > 2 && file != folder) {
        close(file);
      }
    }
  }
  close(folder);
}

// Runs in the child, on the parent's memory, until exec: system calls only.
[[noreturn]] void become(char* const* arguments,
                         char* const* environment,
                         const char* directory,
                         const ChildProcess& pipes,
                         pid_t parent,
                         volatile Failure& failure) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(127);  // it died before that
  }
  const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  [[maybe_unused]] const ssize_t count = write(score, "500", 3);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, 0);
  dup2(pipes.out, 1);
  dup2(pipes.err, 2);
  if (close_range(3, ~0U, 0) != 0) {
    close_one_by_one();
  }
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  failure.step = "its folder ";
  if (chdir(directory) == 0) {
    failure.step = "the program ";
    execve(arguments[0], arguments, environment);
  }
  failure.error = errno;
  _exit(127);
}

void close_both(const int (&pipe)[2]) {
  close(pipe[0]);
  close(pipe[1]);
}

}  // namespace

ChildProcess start_child(std::vector<std::string> arguments,
                         const std::map<std::string, std::string>& environment,
                         const std::string& directory) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : environment) {
    entries.push_back(name + "=" + value);
  }
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> entry_pointers = pointers(entries);
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  }
  if (pipe2(err, O_CLOEXEC) != 0) {
    close_both(out);
    throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  }
  volatile Failure failure;
  const ChildProcess writing{0, out[1], err[1]};
  const pid_t self = getpid();
  // Shares memory with the child until exec, so nothing is copied and failures are seen here.
  const pid_t pid = vfork();
  if (pid == 0) {
    become(
        argument_pointers.data(), entry_pointers.data(), directory.c_str(), writing, self, failure);
  }
  const int fork_error = errno;
  close(out[1]);
  close(err[1]);
  if (pid > 0 && failure.error == 0) {
    return {pid, out[0], err[0]};
  }
  close(out[0]);
  close(err[0]);
  if (pid < 0) {
    throw std::runtime_error(std::string("no process: ") + std::strerror(fork_error));
  }
  waitpid(pid, nullptr, 0);
  const std::string step = failure.step;
  throw std::runtime_error("the command cannot be started: " + step +
                           (step == "its folder " ? directory : arguments[0]) + ": " +
                           std::strerror(failure.error));
}

}  // namespace automl::executor
