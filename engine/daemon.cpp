// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace automl::engine {

namespace {

constexpr char kReady = '\0';  // else the exit code, followed by the reason

void print_reason(const std::string& why) { std::fprintf(stderr, "automld: %s\n", why.c_str()); }

void write_all(int descriptor, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno != EINTR) {
      return;  // the starter is gone; it no longer matters
    }
    done += written > 0 ? static_cast<std::size_t>(written) : 0;
  }
}

[[noreturn]] void wait_for_daemon(int from_daemon, pid_t daemon) {
  std::string message;
  std::array<char, 1024> block{};
  for (;;) {
    const ssize_t got = ::read(from_daemon, block.data(), block.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    message.append(block.data(), static_cast<std::size_t>(got));
  }
  if (!message.empty() && message[0] == kReady) {
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(daemon, &status, 0);
  if (message.empty()) {
    print_reason(WIFSIGNALED(status)
                     ? "the engine was ended by signal " + std::to_string(WTERMSIG(status))
                     : "the engine ended before it was ready");
    ::_exit(1);
  }
  print_reason(message.substr(1));
  ::_exit(static_cast<unsigned char>(message[0]));
}

void redirect_to_null() {
  const int null = ::open("/dev/null", O_RDWR);
  if (null < 0) {
    return;
  }
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(null, descriptor);
  }
  if (null > STDERR_FILENO) {
    ::close(null);
  }
}

}  // namespace

Daemon Daemon::detach() {
  // Nothing of the starter's is kept open: whoever reads from its pipes sees them end.
  ::close_range(3, ~0U, 0);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (child > 0) {
    ::close(ends[1]);
    wait_for_daemon(ends[0], child);
  }
  ::close(ends[0]);
  ::setsid();
  return Daemon(ends[1]);
}

void Daemon::ready() {
  if (starter_ < 0) {
    return;
  }
  redirect_to_null();
  if (::chdir("/") != 0) {
    std::perror("automld");
  }
  write_all(starter_, std::string(1, kReady));
  ::close(starter_);
  starter_ = -1;
}

int Daemon::failed(int exit_code, const std::string& why) {
  if (starter_ < 0) {
    print_reason(why);
  } else {
    write_all(starter_, std::string(1, static_cast<char>(exit_code)) + why);
    ::close(starter_);
    starter_ = -1;
  }
  return exit_code;
}

}  // namespace automl::engine
