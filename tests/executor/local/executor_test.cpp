// SPDX-License-Identifier: Apache-2.0
#include "executor/local/executor.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "executor/local/process.hpp"
#include "tests/executor/local/local_site.hpp"

namespace automl::executor::testing {
namespace {

namespace fs = std::filesystem;

class LocalExecutorTest : public ::testing::Test {
 protected:
  std::string launch() {
    const LaunchRequest request = site.request();
    EXPECT_TRUE(site.executor().launch(request).handle);
    site.wait_until_up(request.token);
    return request.token;
  }
  bool eventually(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds() && std::chrono::steady_clock::now() < until) {
      site.wait_a_moment();
    }
    return holds();
  }
  bool becomes(const std::string& token, Presence wanted) {
    return eventually([&] { return site.executor().find(token).presence == wanted; });
  }
  // What the attempt's folder says of its runner while no executor looks.
  void claim(const std::string& token, const std::string& handle) {
    EXPECT_TRUE(write_whole(site.directory(token).runner(), handle, false));
  }

  LocalSite site;
};

std::string status_of(pid_t pid, const std::string& field) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/status").value_or(""));
  for (std::string line; std::getline(text, line);) {
    if (line.rfind(field + ":", 0) == 0) {
      return line.substr(line.find_first_not_of(" \t", field.size() + 1));
    }
  }
  return "";
}

std::set<std::string> open_files(pid_t pid) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    names.insert(fs::read_symlink(entry).string());
  }
  return names;
}

// Closes nothing at exec: what a library might have opened in the engine.
TEST_F(LocalExecutorTest, ARunnerInheritsNoFile) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const int lock = open((site.home() + "/engine.lock").c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  const int high = fcntl(lock, F_DUPFD, 900);
  ASSERT_GE(high, 900);
  const std::string token = launch();
  const AttemptDirectory place = site.directory(token);
  EXPECT_EQ(open_files(site.runner(token)),
            (std::set<std::string>{"/dev/null", place.runner_log(), place.lock()}));
  for (const int file : {pipe_ends[0], pipe_ends[1], lock, high}) {
    close(file);
  }
}

TEST_F(LocalExecutorTest, ARunnerHasASessionAndSignalsOfItsOwn) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  signal(SIGUSR2, SIG_IGN);
  const std::string token = launch();
  signal(SIGUSR2, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  const pid_t runner = site.runner(token);
  EXPECT_EQ(getsid(runner), runner);
  EXPECT_EQ(getpgid(runner), runner);
  EXPECT_NE(getsid(runner), getsid(0));
  EXPECT_EQ(status_of(runner, "SigBlk"), "0000000000000000");
  const auto ignored = std::stoull(status_of(runner, "SigIgn"), nullptr, 16);
  EXPECT_EQ(ignored & (1ULL << (SIGUSR2 - 1)), 0U);
}

TEST_F(LocalExecutorTest, ARunnerCarriesItsTagAndToken) {
  setenv("AUTOML_ATTEMPT", "of-the-engine", 1);
  setenv("AUTOML_TOKEN", "of-the-engine", 1);
  const std::string token = launch();
  unsetenv("AUTOML_ATTEMPT");
  unsetenv("AUTOML_TOKEN");
  const std::string environment =
      read_file("/proc/" + std::to_string(site.runner(token)) + "/environ").value();
  const std::string line(1, '\0');
  EXPECT_NE(environment.find("AUTOML_ATTEMPT=" + attempt_tag(token) + line), std::string::npos);
  EXPECT_NE(environment.find("AUTOML_TOKEN=" + token + line), std::string::npos);
  EXPECT_EQ(environment.find("of-the-engine"), std::string::npos);
}

// An executor that starts just then takes the runner for one that left its attempt, and ends it.
TEST_F(LocalExecutorTest, AFolderWhoseRunnerDiedRemovingItIsRemoved) {
  const std::string token = launch();
  site.stop();
  site.restart();  // knows the attempt by the name of its folder
  const std::string retired = retire(site.directory(token));
  ASSERT_TRUE(fs::exists(retired));
  EXPECT_EQ(site.executor().find(token).presence, Presence::kGone);
  EXPECT_FALSE(site.anything_lives(token));
  EXPECT_TRUE(eventually([&] { return !fs::exists(retired); }));
}

TEST_F(LocalExecutorTest, ARecycledPidIsNotAdopted) {
  const ProcessIdentity self = identify(getpid()).value();  // lives, and is nobody's runner
  ProcessIdentity later = self;
  later.start_ticks -= 1;
  ProcessIdentity elsewhere = self;
  elsewhere.boot_id = "another-boot";
  for (const std::string& handle :
       {self.text(), later.text(), elsewhere.text(), std::string("nonsense"), std::string()}) {
    const std::string token = launch();
    const pid_t runner = site.runner(token);
    site.stop();
    kill(runner, SIGKILL);
    claim(token, handle);
    site.restart();
    EXPECT_EQ(site.executor().find(token).presence, Presence::kGone) << handle;
    EXPECT_FALSE(site.anything_lives(token)) << handle;
  }
}

TEST_F(LocalExecutorTest, AnAttemptsFolderCannotHoldItUp) {
  const std::string precious = site.home() + "/precious";
  std::ofstream(precious) << "kept";
  for (int kind = 0; kind < 2; ++kind) {
    const std::string token = launch();
    const pid_t runner = site.runner(token);
    site.stop();
    kill(runner, SIGKILL);
    const AttemptDirectory place = site.directory(token);
    for (const std::string& path : {place.runner(), place.result(), place.runner_log()}) {
      fs::remove(path);
      if (kind == 0) {
        ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
      } else {
        fs::create_symlink(precious, path);
      }
    }
    site.restart();
    EXPECT_EQ(site.executor().find(token).presence, Presence::kGone);
    EXPECT_FALSE(site.anything_lives(token));
  }
  EXPECT_EQ(read_file(precious), "kept");
}

TEST_F(LocalExecutorTest, WhatADeadRunnerHadMeasuredIsDelivered) {
  const std::string token = launch();
  std::ofstream(site.directory(token).spool()) << "one";
  std::ofstream(site.directory(token).runner_log()) << "its last words";
  site.kill_runner(token);
  EXPECT_TRUE(becomes(token, Presence::kGone));
  EXPECT_EQ(site.deliveries(token), 1);
  EXPECT_FALSE(site.anything_lives(token));
  EXPECT_NE(read_file(site.home() + "/runner.log").value_or("").find("last words"),
            std::string::npos);
}

TEST_F(LocalExecutorTest, WhatCannotBeDeliveredForADeadRunnerIsGivenUp) {
  const std::string token = launch();
  std::ofstream(site.directory(token).spool()) << "one";
  site.touch("undeliverable");
  site.kill_runner(token);
  EXPECT_TRUE(becomes(token, Presence::kGone));
  EXPECT_GT(site.deliveries(token), 1);
}

TEST_F(LocalExecutorTest, WhoDeliversWritesThroughNobodysLink) {
  const std::string precious = site.home() + "/precious";
  std::ofstream(precious) << "kept";
  const std::string token = launch();
  site.stop();
  site.end_runner(token, true);
  ASSERT_TRUE(eventually([&] { return fs::exists(site.directory(token).result()); }));
  fs::remove(site.directory(token).runner_log());
  fs::create_symlink(precious, site.directory(token).runner_log());
  site.restart();
  EXPECT_TRUE(becomes(token, Presence::kFinished)) << "nobody can be started to deliver it";
  EXPECT_EQ(read_file(precious), "kept");
}

TEST_F(LocalExecutorTest, WithoutAFileToOpenNothingIsTakenForGone) {
  const std::string running = launch();
  const std::string ended = launch();
  site.end_runner(ended, true);
  ASSERT_TRUE(eventually([&] { return fs::exists(site.directory(ended).result()); }));
  site.restart();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto findings = site.executor().list();
  const Presence presence = site.executor().find(running).presence;
  setrlimit(RLIMIT_NOFILE, &limit);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].presence, Presence::kUnreachable);
  EXPECT_EQ(findings[1].presence, Presence::kUnreachable);
  EXPECT_EQ(presence, Presence::kUnreachable);
  EXPECT_EQ(site.executor().find(running).presence, Presence::kRunning);
  EXPECT_TRUE(becomes(ended, Presence::kGone));
  EXPECT_EQ(site.deliveries(ended), 1);
}

TEST_F(LocalExecutorTest, EndsAProgramThatForksForEver) {
  site.touch("fork");
  const std::string token = launch();
  std::set<pid_t> seen;
  ASSERT_TRUE(eventually([&] {
    const auto now = tagged_processes(attempt_tag(token)).value();
    seen.insert(now.begin(), now.end());
    return seen.size() > 4;
  }));
  site.kill_runner(token);
  EXPECT_TRUE(becomes(token, Presence::kGone));
  for (int look = 0; look < 100; ++look) {
    ASSERT_TRUE(tagged_processes(attempt_tag(token)).value().empty()) << "some of it was left";
  }
}

TEST_F(LocalExecutorTest, LeavesNoZombieAndNoFolder) {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
    // What executors of other tests have left to an engine that ends, and its init.
  }
  for (const bool cancelled : {true, false}) {
    const std::string token = launch();
    fs::create_directories(site.directory(token).work() + "/deep/down");
    cancelled ? site.executor().cancel(token) : site.kill_runner(token);
    EXPECT_TRUE(becomes(token, Presence::kGone));
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_TRUE(eventually([&] { return fs::is_empty(site.home() + "/attempts"); }));
  }
}

TEST_F(LocalExecutorTest, RemovesWhatAnEarlierRunnerCouldNot) {
  fs::create_directories(site.home() + "/attempts/0123.done/work/deep");
  site.restart();
  EXPECT_TRUE(eventually([&] { return fs::is_empty(site.home() + "/attempts"); }));
  EXPECT_TRUE(site.executor().list().empty());
}

TEST_F(LocalExecutorTest, KeepsTheLastWordsOfADeadRunner) {
  const std::string token = launch();
  std::ofstream(site.directory(token).runner_log()) << std::string(10'000, 'x') << "no engine\n";
  site.kill_runner(token);
  EXPECT_TRUE(becomes(token, Presence::kGone));
  const std::string words = read_file(site.home() + "/runner.log").value_or("");
  EXPECT_EQ(words.rfind("attempt " + attempt_tag(token) + ": ", 0), 0U);
  EXPECT_NE(words.find("xno engine\n"), std::string::npos);
  EXPECT_LT(words.size(), 4'200U);
}

TEST_F(LocalExecutorTest, RefusesTokensThatAreNoNames) {
  for (const std::string& token : {std::string(),
                                   std::string("a/b"),
                                   std::string(".."),
                                   std::string("a.done"),
                                   std::string("a\0b", 3),
                                   std::string(200, 'a')}) {
    LaunchRequest request = site.request();
    request.token = token;
    const LaunchResult result = site.executor().launch(request);
    EXPECT_FALSE(result.handle) << token;
    EXPECT_FALSE(result.retry);
    EXPECT_EQ(site.executor().find(token).presence, Presence::kGone);
    site.executor().cancel(token);
  }
  EXPECT_TRUE(fs::is_empty(site.home() + "/attempts"));
}

TEST_F(LocalExecutorTest, SaysWhyARunnerCannotBeStarted) {
  site.let_launches_fail(true);
  const LaunchResult missing = site.executor().launch(site.request());
  EXPECT_EQ(missing.error, "cannot start /no/such/runner: No such file or directory");
  EXPECT_FALSE(missing.retry);
  site.let_launches_fail(false);
  fs::remove(site.home() + "/attempts");
  std::ofstream(site.home() + "/attempts") << "";
  const LaunchResult nowhere = site.executor().launch(site.request());
  EXPECT_NE(nowhere.error.find(": Not a directory"), std::string::npos) << nowhere.error;
}

// kill -9 of the engine at any point of its launches: its lock is free at once, and the next one
// finds, or makes an end of, whatever was started.
TEST_F(LocalExecutorTest, AnEngineKilledWhileItLaunchesHoldsNothing) {
  site.stop();
  const std::string lock_path = site.home() + "/engine.lock";
  std::vector<std::string> tokens;
  for (int round = 0; round < 30; ++round) {
    std::vector<LaunchRequest> requests;
    for (int i = 0; i < 20; ++i) {
      requests.push_back(site.request());
      tokens.push_back(requests.back().token);
    }
    int started[2];
    ASSERT_EQ(pipe2(started, O_CLOEXEC), 0);
    const pid_t engine = fork();
    if (engine == 0) {
      const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      flock(lock, LOCK_EX);
      LocalExecutor executor(site.options());
      [[maybe_unused]] const ssize_t count = write(started[1], "x", 1);
      for (const LaunchRequest& request : requests) {
        executor.launch(request);
      }
      pause();
    }
    char byte = 0;
    ASSERT_EQ(read(started[0], &byte, 1), 1);
    usleep(static_cast<useconds_t>(round * 337 % 10'000));
    kill(engine, SIGKILL);
    waitpid(engine, nullptr, 0);
    close(started[0]);
    close(started[1]);
    const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return flock(lock, LOCK_EX | LOCK_NB) == 0; }));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    site.restart();
    for (const LaunchRequest& request : requests) {
      site.executor().cancel(request.token);
      EXPECT_TRUE(becomes(request.token, Presence::kGone));
    }
    site.stop();
    close(lock);
  }
  for (const std::string& token : tokens) {
    EXPECT_LE(site.starts(token), 1);
    EXPECT_TRUE(eventually([&] { return !site.anything_lives(token); }));
  }
}

}  // namespace
}  // namespace automl::executor::testing
