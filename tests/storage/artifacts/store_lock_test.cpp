// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/store_lock.hpp"

#include <atomic>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {
namespace {

using std::chrono::milliseconds;

TEST(StoreLock, KeepsWhoRemovesAlone) {
  const TemporaryDirectory folder;
  const std::string path = folder / "lock";
  {
    const StoreLock first = StoreLock::shared(path);
    const StoreLock second = StoreLock::shared(path);
    EXPECT_FALSE(StoreLock::alone(path, milliseconds(20)));
  }
  auto alone = StoreLock::alone(path, milliseconds(0));
  ASSERT_TRUE(alone);
  EXPECT_FALSE(StoreLock::alone(path, milliseconds(20)));
  std::atomic<bool> entered = false;
  std::thread other([&] {
    const StoreLock lock = StoreLock::shared(path);
    entered = true;
  });
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_FALSE(entered);
  alone.reset();
  other.join();
  EXPECT_TRUE(entered);
}

TEST(StoreLock, IsNotKeptWaitingByAnEndlessStream) {
  const TemporaryDirectory folder;
  const std::string path = folder / "lock";
  std::atomic<bool> enough = false;
  const auto stream = [&] {
    while (!enough) {
      const StoreLock lock = StoreLock::shared(path);
      std::this_thread::sleep_for(milliseconds(10));
    }
  };
  std::thread one(stream);
  std::thread two(stream);
  std::thread three(stream);
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_TRUE(StoreLock::alone(path, milliseconds(5'000)));
  enough = true;
  one.join();
  two.join();
  three.join();
}

TEST(StoreLock, IsLetGoByTheDead) {
  const TemporaryDirectory folder;
  const std::string path = folder / "lock";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const StoreLock lock = StoreLock::shared(path);
    [[maybe_unused]] const ssize_t told = write(ready[1], "x", 1);
    pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_FALSE(StoreLock::alone(path, milliseconds(10)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(StoreLock::alone(path, milliseconds(0)));
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace automl::storage
