// SPDX-License-Identifier: Apache-2.0
#include "executor/local/process.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

// A process that waits for ever, with this entry last in its environment.
class Sleeper {
 public:
  explicit Sleeper(const std::string& entry) {
    int ready[2];
    EXPECT_EQ(pipe2(ready, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      const char* environment[] = {"FIRST=1", entry.c_str(), nullptr};
      execle("/bin/sleep", "sleep", "1000", nullptr, environment);
      _exit(127);
    }
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 0);  // closed by exec
    close(ready[0]);
    const std::string path = "/proc/" + std::to_string(pid_) + "/environ";
    for (int i = 0; i < 10'000 && read_file(path).value_or("").empty(); ++i) {
      usleep(1'000);  // late in exec
    }
  }
  ~Sleeper() { end(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t pid() const { return pid_; }
  ProcessIdentity identity() const { return identify(pid_).value(); }
  void end() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }
  // Dead, but nobody has asked for its exit code yet.
  void become_zombie() const {
    kill(pid_, SIGKILL);
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  }

 private:
  pid_t pid_ = 0;
};

// Tags of this program's own, should it run twice at a time.
std::string tag(const std::string& name) { return name + "-" + std::to_string(getpid()); }
std::string entry(const std::string& name) { return "AUTOML_ATTEMPT=" + tag(name); }

using Pids = std::vector<pid_t>;

TEST(Process, IdentifiesItselfWhateverItsName) {
  const auto plain = identify(getpid());
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->pid, getpid());
  EXPECT_GT(plain->start_ticks, 0);
  EXPECT_EQ(plain->boot_id, boot_id());
  EXPECT_EQ(boot_id().size(), 36U);
  char name[16] = "";
  prctl(PR_GET_NAME, name);
  prctl(PR_SET_NAME, ") Z 1 (2) 3");
  const auto odd = identify(getpid());
  prctl(PR_SET_NAME, name);
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->start_ticks, plain->start_ticks);
  EXPECT_FALSE(identify(1 << 22));
}

TEST(Process, LivesAsLongAsItIsTheSame) {
  Sleeper one(entry("one"));
  const ProcessIdentity identity = one.identity();
  EXPECT_EQ(look_at(identity, tag("one")), Life::kAlive);
  EXPECT_EQ(look_at(identity, tag("two")), Life::kEnded) << "of another attempt";
  ProcessIdentity recycled = identity;
  recycled.start_ticks -= 1;
  EXPECT_EQ(look_at(recycled, tag("one")), Life::kEnded) << "the pid has been used again";
  ProcessIdentity earlier = identity;
  earlier.boot_id = "another-boot";
  EXPECT_EQ(look_at(earlier, tag("one")), Life::kEnded) << "the machine has been started again";
  one.become_zombie();
  EXPECT_EQ(look_at(identity, tag("one")), Life::kEnded);
  EXPECT_TRUE(identify(one.pid())) << "a zombie still has a pid";
  one.end();
  EXPECT_EQ(look_at(identity, tag("one")), Life::kEnded);
}

TEST(Process, IsFoundByItsTagAlone) {
  const Sleeper right(entry("find"));
  const Sleeper longer(entry("find") + "x");
  const Sleeper within("X=" + entry("find"));
  const Sleeper other("X_" + entry("find"));
  const Sleeper none("AUTOML_ATTEMPT=");
  EXPECT_EQ(tagged_processes(tag("find")).value(), Pids{right.pid()});
  right.become_zombie();
  EXPECT_EQ(tagged_processes(tag("find")).value(), Pids{});
}

TEST(Process, AllOfATagAreKilledAndNobodyElse) {
  const Sleeper first(entry("kill"));
  const Sleeper stopped(entry("kill"));
  const Sleeper spared(entry("kill"));
  const Sleeper other(entry("other"));
  kill(stopped.pid(), SIGSTOP);
  EXPECT_TRUE(kill_tagged(tag("kill"), spared.pid(), 300));
  EXPECT_EQ(tagged_processes(tag("kill")).value(), Pids{spared.pid()});
  EXPECT_EQ(look_at(other.identity(), tag("other")), Life::kAlive);
  EXPECT_TRUE(kill_tagged(tag("kill"), 0, 300));
  EXPECT_EQ(tagged_processes(tag("kill")).value(), Pids{});
  EXPECT_TRUE(kill_tagged(tag("kill"), 0, 1)) << "nothing to kill";
}

// A process that has no file left to open knows nothing; above all not that others are dead.
TEST(Process, IsNotTakenForDeadWhenNobodyCanLook) {
  const Sleeper one(entry("look"));
  const ProcessIdentity identity = one.identity();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const Life life = look_at(identity, tag("look"));
  const auto found = tagged_processes(tag("look"));
  const bool killed = kill_tagged(tag("look"), 0, 3);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(life, Life::kUnknown);
  EXPECT_FALSE(found);
  EXPECT_FALSE(killed);
  EXPECT_EQ(look_at(identity, tag("look")), Life::kAlive);
}

}  // namespace
}  // namespace automl::executor
