// SPDX-License-Identifier: Apache-2.0
// The program automld as its users and starters see it.
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "idl/connection.hpp"

namespace automl {
namespace {

using testing::HasSubstr;

struct Ended {
  int exit_code = -1;
  std::string output;  // both streams
};

class AutomldTest : public testing::Test {
 protected:
  AutomldTest() {
    char pattern[] = "/tmp/automl-main-test-XXXXXX";
    home_ = mkdtemp(pattern);
  }
  ~AutomldTest() override {
    if (alive()) {
      kill(pid(), SIGKILL);
      wait_for_end();
    }
    std::filesystem::remove_all(home_);
  }

  // Starts the program and waits for what it started with to end, which the daemon outlives.
  Ended start(const std::string& options = "") const {
    const std::string command =
        AUTOML_BINARY_DIR "/automld --home " + home_ + " " + options + " 2>&1";
    Ended ended;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 512> block{};
    while (fgets(block.data(), block.size(), pipe) != nullptr) {
      ended.output += block.data();
    }
    ended.exit_code = WEXITSTATUS(pclose(pipe));
    return ended;
  }

  idl::EngineInfo info() const {
    idl::Connection connection(idl::parse_endpoint("unix:" + home_ + "/engine.sock"));
    idl::EngineInfo info;
    connection.engine().engine_info(info);
    return info;
  }

  pid_t pid() const {
    pid_t pid = 0;
    std::ifstream(home_ + "/engine.lock") >> pid;
    return pid;
  }
  // Its lock tells: a killed process shows as a zombie while threads of it still hold its files.
  bool alive() const {
    const int lock = open((home_ + "/engine.lock").c_str(), O_RDWR | O_CLOEXEC);
    const bool held = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0;
    close(lock);
    return held;
  }
  bool wait_for_end() const {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (alive() && std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return !alive();
  }
  void configure(const std::string& text) const { std::ofstream(home_ + "/config.yaml") << text; }
  std::string log() const {
    std::ifstream file(home_ + "/engine.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string home_;
};

TEST_F(AutomldTest, CanBeCalledWhenItsStarterHasEnded) {
  const auto before = std::chrono::steady_clock::now();
  const Ended starter = start();
  EXPECT_EQ(starter.exit_code, 0) << starter.output;
  const idl::EngineInfo engine = info();
  const auto took = std::chrono::steady_clock::now() - before;
  RecordProperty("start_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  EXPECT_EQ(engine.pid, pid());
  EXPECT_EQ(engine.home, std::filesystem::canonical(home_));
  EXPECT_FALSE(engine.on_demand);
  EXPECT_FALSE(engine.version.empty());
  EXPECT_GE(engine.nodes.size(), 1U);
  EXPECT_EQ(getsid(pid()), pid());  // a session of its own
  EXPECT_EQ(std::filesystem::read_symlink("/proc/" + std::to_string(pid()) + "/cwd"), "/");
}

TEST_F(AutomldTest, TheSecondEngineSaysWhoIsThere) {
  ASSERT_EQ(start().exit_code, 0);
  const pid_t first = pid();
  for (const char* options : {"", "--foreground", "--on-demand"}) {
    const Ended second = start(options);
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_THAT(second.output, HasSubstr("already running"));
    EXPECT_THAT(second.output, HasSubstr("process " + std::to_string(first)));
  }
  EXPECT_EQ(info().pid, first);
}

TEST_F(AutomldTest, OnlyOneOfManyStartedAtOnceRuns) {
  std::vector<std::thread> starters;
  std::atomic<int> running{0};
  for (int i = 0; i < 8; ++i) {
    starters.emplace_back([&] { running += start("--on-demand").exit_code == 0 ? 1 : 0; });
  }
  for (std::thread& starter : starters) {
    starter.join();
  }
  EXPECT_EQ(running, 1);
  EXPECT_EQ(info().pid, pid());
}

TEST_F(AutomldTest, StartsAgainAfterKillInTheSamePlace) {
  for (int times = 0; times < 3; ++times) {
    ASSERT_EQ(start().exit_code, 0);
    EXPECT_EQ(info().pid, pid());
    ASSERT_EQ(kill(pid(), SIGKILL), 0);
    ASSERT_TRUE(wait_for_end());
    EXPECT_TRUE(std::filesystem::exists(home_ + "/engine.sock"));  // left behind
  }
  ASSERT_EQ(start().exit_code, 0);
  EXPECT_EQ(info().pid, pid());
}

TEST_F(AutomldTest, EndsOnSigtermAndTakesItsSocketAlong) {
  ASSERT_EQ(start().exit_code, 0);
  ASSERT_EQ(kill(pid(), SIGTERM), 0);
  EXPECT_TRUE(wait_for_end());
  EXPECT_FALSE(std::filesystem::exists(home_ + "/engine.sock"));
  EXPECT_THAT(log(), HasSubstr("stopped"));
}

TEST_F(AutomldTest, EndsWhenAskedTo) {
  ASSERT_EQ(start().exit_code, 0);
  idl::Connection(idl::parse_endpoint("unix:" + home_ + "/engine.sock")).engine().shutdown("r1");
  EXPECT_TRUE(wait_for_end());
}

TEST_F(AutomldTest, EndsWhenIdleOnlyIfStartedOnDemand) {
  configure("idle_exit: 200ms\n");
  ASSERT_EQ(start("--on-demand").exit_code, 0);
  EXPECT_TRUE(info().on_demand);
  EXPECT_TRUE(wait_for_end());
  EXPECT_THAT(log(), HasSubstr("ended after being idle"));
}

TEST_F(AutomldTest, SaysWhatIsWrongWithItsConfiguration) {
  configure("cpus: 0\ngpu: 1\n");
  const Ended ended = start();
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr("config.yaml:1:7: cpus: expected a whole number"));
  EXPECT_THAT(ended.output, HasSubstr("config.yaml:2:1: unknown key \"gpu\""));
}

TEST_F(AutomldTest, SaysWhyItCannotListen) {
  const Ended world = start("--listen 0.0.0.0:7877");
  EXPECT_EQ(world.exit_code, 1);
  EXPECT_THAT(world.output, HasSubstr("without TLS only loopback"));
  EXPECT_EQ(start("--listen nowhere").exit_code, 2);
  EXPECT_EQ(start("--no-such-option").exit_code, 2);
}

TEST_F(AutomldTest, ListensOnLoopbackIfAskedTo) {
  ASSERT_EQ(start("--listen 127.0.0.1:0").exit_code, 0);
  EXPECT_THAT(log(), HasSubstr("listening on 127.0.0.1:"));
}

TEST_F(AutomldTest, DoesNotStartOnADamagedStore) {
  std::ofstream(home_ + "/automl.db") << std::string(8192, 'x');
  const Ended ended = start();
  EXPECT_EQ(ended.exit_code, 3) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("the store must not be used"));
}

// A whole session, through a restart of the engine in its middle.
TEST_F(AutomldTest, ASessionOutlivesItsEngine) {
  ASSERT_EQ(start().exit_code, 0);
  idl::SessionSpec spec;
  spec.command = "echo before; while [ ! -e '" + home_ + "/go' ]; do sleep 0.01; done; echo after";
  spec.resources.cpus = 1;
  idl::SubmitSessionReply submitted;
  const std::string endpoint = "unix:" + home_ + "/engine.sock";
  idl::Connection(idl::parse_endpoint(endpoint))
      .engine()
      .run_session(submitted, "r1", spec, "none");
  const std::string name = submitted.session.name;
  const auto read_until = [&](auto enough) {
    idl::LogSlice slice;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      idl::Connection(idl::parse_endpoint(endpoint)).engine().read_log(slice, name, 0, 0, 100'000);
    } while (!enough(slice) && std::chrono::steady_clock::now() < limit);
    return slice.bytes;
  };
  EXPECT_THAT(read_until([](const auto& slice) { return !slice.bytes.empty(); }),
              HasSubstr("before"));
  ASSERT_EQ(kill(pid(), SIGKILL), 0);
  ASSERT_TRUE(wait_for_end());
  ASSERT_EQ(start().exit_code, 0);
  std::ofstream(home_ + "/go") << "go";
  const std::string log = read_until([](const auto& slice) { return slice.ended; });
  EXPECT_THAT(log, HasSubstr("before"));
  EXPECT_THAT(log, HasSubstr("after"));
  idl::SessionRow row;
  idl::Connection(idl::parse_endpoint(endpoint)).engine().show_session(row, name);
  EXPECT_EQ(row.session.state, idl::SessionState::COMPLETE) << row.session.reason;
  EXPECT_EQ(row.session.attempts, 1);
}

TEST_F(AutomldTest, KeepsEverythingToItsOwner) {
  ASSERT_EQ(start().exit_code, 0);
  info();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home_)) {
    struct stat status {};
    ASSERT_EQ(lstat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U) << entry.path();
  }
}

}  // namespace
}  // namespace automl
