// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/process_tree.hpp"

#include <algorithm>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/executor/runner/vfork.hpp"

namespace automl::executor {
namespace {

// A child with a child in a session of its own; both wait for ever. Returns when both are there.
pid_t start_family(pid_t& grandchild) {
  int ready[2];
  EXPECT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const pid_t second = fork();
    if (second == 0) {
      setsid();
      const pid_t self = getpid();
      [[maybe_unused]] const ssize_t count = write(ready[1], &self, sizeof self);
    }
    for (;;) {
      pause();
    }
  }
  EXPECT_EQ(read(ready[0], &grandchild, sizeof grandchild),
            static_cast<ssize_t>(sizeof grandchild));
  close(ready[0]);
  close(ready[1]);
  return child;
}

bool holds(const std::vector<Process>& processes, pid_t pid) {
  return std::any_of(processes.begin(), processes.end(), [pid](const Process& process) {
    return process.pid == pid;
  });
}

TEST(ProcessTree, FindsWhatStartedASessionOfItsOwn) {
  if (testing::kVforkIsFork) {
    GTEST_SKIP();
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t grandchild = 0;
  const pid_t child = start_family(grandchild);
  const auto found = descendants();
  EXPECT_TRUE(holds(found, child));
  EXPECT_TRUE(holds(found, grandchild));
  EXPECT_EQ(found.size(), 2U);
  EXPECT_GT(found[0].memory_bytes, 0);
  EXPECT_GT(proportional_memory(found), 0);
  EXPECT_LE(proportional_memory(found), found[0].memory_bytes + found[1].memory_bytes);
  // Orphans come to the subreaper.
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(holds(descendants(), grandchild));
  kill_descendants();
  EXPECT_EQ(waitpid(grandchild, nullptr, 0), grandchild);
  EXPECT_TRUE(descendants().empty());
}

TEST(ProcessTree, KillsWhatIsStopped) {
  const pid_t child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    _exit(0);
  }
  kill_descendants();
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace automl::executor
