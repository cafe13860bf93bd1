// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "executor/attempt_directory.hpp"
#include "executor/local/process.hpp"
#include "tests/executor/runner/vfork.hpp"

namespace automl::executor {
namespace {

std::string read_all(int file) {
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(file, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(file);
  return text;
}

// What a shell script prints.
std::string output_of(const std::string& script,
                      const std::map<std::string, std::string>& environment = {}) {
  const ChildProcess child = start_child({"/bin/sh", "-c", script}, environment, "/");
  const std::string text = read_all(child.out) + read_all(child.err);
  EXPECT_EQ(waitpid(child.pid, nullptr, 0), child.pid);
  return text;
}

std::string failure_of(const std::string& program, const std::string& directory) {
  try {
    start_child({program}, {}, directory);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "started";
}

// Numbers of the files a program has; the shell opens none to look.
std::string files_of_program() {
  return output_of(
      "i=0; while [ $i -lt 1000 ]; do [ -h /proc/$$/fd/$i ] && echo $i; i=$((i + 1)); done");
}

// From now on this process cannot use close_range, as under an old kernel or a container's filter.
void forbid_close_range() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog filter{sizeof code / sizeof code[0], code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

TEST(ChildProcess, HasWhatItWasGivenAndNothingElse) {
  EXPECT_EQ(output_of("/usr/bin/env | grep -v '^PWD=\\|^_=\\|^SHLVL='", {{"A", "1"}, {"B", "x y"}}),
            "A=1\nB=x y\n");
  EXPECT_EQ(output_of("pwd; readlink /proc/self/fd/0; cat"), "/\n/dev/null\n");
  EXPECT_EQ(output_of("echo out; echo err >&2"), "out\nerr\n");
}

TEST(ChildProcess, HasAGroupAndSignalsOfItsOwn) {
  if (testing::kVforkIsFork) {
    GTEST_SKIP();
  }
  signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  const std::string status = output_of("grep '^Sig[BI]' /proc/self/status");
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(status, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  const ChildProcess child = start_child({"/bin/sleep", "1000"}, {}, "/");
  EXPECT_EQ(getpgid(child.pid), child.pid);
  EXPECT_EQ(read_file("/proc/" + std::to_string(child.pid) + "/oom_score_adj"), "500\n");
  kill(child.pid, SIGKILL);
  waitpid(child.pid, nullptr, 0);
  close(child.out);
  close(child.err);
}

TEST(ChildProcess, InheritsNoFile) {
  const int low = open("/dev/zero", O_RDONLY);
  const int high = fcntl(low, F_DUPFD, 800);
  EXPECT_EQ(files_of_program(), "0\n1\n2\n");
  const pid_t filtered = fork();
  if (filtered == 0) {
    forbid_close_range();
    const bool refused = close_range(high, high, 0) != 0;
    _exit(!refused ? 2 : files_of_program() == "0\n1\n2\n" ? 0 : 1);
  }
  int status = 0;
  waitpid(filtered, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  close(low);
  close(high);
}

TEST(ChildProcess, DiesWithItsParent) {
  const std::string tag = "parent-" + std::to_string(getpid());
  int told[2];
  ASSERT_EQ(pipe2(told, O_CLOEXEC), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const ChildProcess child = start_child({"/bin/sleep", "1000"}, {{"AUTOML_ATTEMPT", tag}}, "/");
    [[maybe_unused]] const ssize_t count = write(told[1], &child.pid, sizeof child.pid);
    pause();
  }
  pid_t child = 0;
  ASSERT_EQ(read(told[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  const ProcessIdentity identity = identify(child).value();
  // It gets its environment late in exec.
  for (int i = 0; i < 10'000 && look_at(identity, tag) != Life::kAlive; ++i) {
    usleep(1'000);
  }
  EXPECT_EQ(look_at(identity, tag), Life::kAlive);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  for (int i = 0; i < 10'000 && look_at(identity, tag) != Life::kEnded; ++i) {
    usleep(1'000);
  }
  EXPECT_EQ(look_at(identity, tag), Life::kEnded);
  close(told[0]);
  close(told[1]);
}

TEST(ChildProcess, SaysWhyItCannotStart) {
  if (testing::kVforkIsFork) {
    GTEST_SKIP();
  }
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
    // Orphans of other tests, one of which has made this process their subreaper.
  }
  EXPECT_EQ(failure_of("/no/such/program", "/"),
            "the command cannot be started: the program /no/such/program: No such file or "
            "directory");
  EXPECT_EQ(failure_of("/bin/true", "/no/such/folder"),
            "the command cannot be started: its folder /no/such/folder: No such file or "
            "directory");
  EXPECT_EQ(failure_of("/etc/passwd", "/"),
            "the command cannot be started: the program /etc/passwd: Permission denied");
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

}  // namespace
}  // namespace automl::executor
