// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/checkpoint_store.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/artifacts/checkpoint_folder.hpp"

namespace automl::storage {
namespace {

namespace fs = std::filesystem;

using std::chrono::milliseconds;

using CheckpointSweep = CheckpointFolder;

TEST_F(CheckpointSweep, SweepsWhatNobodyWants) {
  CheckpointStore store(place);
  std::vector<std::string> digests;
  for (const char* model : {"first", "second", "third"}) {
    write(work + "/model", model);
    write(work + "/shared", "by all");
    digests.push_back(store.save(work, kNobodyElse).digest);
  }
  fs::create_directories(place + "/incoming/dead");
  write(place + "/incoming/dead/0", "left by a killed process");
  const Sweep sweep = store.sweep([&] { return std::vector{digests[1]}; }, kPatience);
  EXPECT_TRUE(sweep.done);
  EXPECT_EQ(sweep.removed, 5);  // two manifests, two models, what was incoming
  EXPECT_EQ(store.restore(digests[1], home / "again"), std::nullopt);
  EXPECT_TRUE(store.restore(digests[0], home / "first"));
  EXPECT_EQ(stored_bytes(place), 12);
  EXPECT_TRUE(fs::is_empty(place + "/incoming"));
}

TEST_F(CheckpointSweep, SweepsNothingWhenItCannotKnowWhatIsWanted) {
  write(work + "/model", "m");
  const std::string digest = save().digest;
  CheckpointStore store(place);
  EXPECT_THROW(
      store.sweep([]() -> std::vector<std::string> { throw std::runtime_error("no"); }, kPatience),
      std::runtime_error);
  EXPECT_EQ(store.restore(digest, home / "again"), std::nullopt);
}

// What was saved before the sweeper knew of it is safe: `keep` has told it.
TEST_F(CheckpointSweep, SavesAndSweepsAtTheSameTime) {
  std::mutex mutex;
  std::map<int, std::string> wanted;  // the latest of each saver
  std::atomic<bool> enough = false;
  const auto saver = [&](int number) {
    CheckpointStore store(place);
    const std::string folder = home / ("saver" + std::to_string(number));
    for (int i = 0; !enough; ++i) {
      write(folder + "/model", std::to_string(i % 5));  // comes and goes: objects are used again
      write(folder + "/own", std::to_string(number));
      const Snapshot saved = store.save(folder, [&](const Snapshot& snapshot) {
        const std::lock_guard lock(mutex);
        wanted[number] = snapshot.digest;
      });
      const std::string again = folder + ".again";
      EXPECT_EQ(store.restore(saved.digest, again), std::nullopt);
      fs::remove_all(again);
    }
  };
  std::thread one(saver, 1);
  std::thread two(saver, 2);
  std::thread three(saver, 3);
  CheckpointStore store(place);
  const auto saved_by_all = [&] {
    const std::lock_guard lock(mutex);
    return wanted.size() == 3;
  };
  while (!saved_by_all()) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  int done = 0;
  std::int64_t removed = 0;
  for (int i = 0; i < 40; ++i) {
    const Sweep sweep = store.sweep(
        [&] {
          const std::lock_guard lock(mutex);
          std::vector<std::string> digests;
          for (const auto& [number, digest] : wanted) {
            digests.push_back(digest);
          }
          return digests;
        },
        kPatience);
    done += sweep.done ? 1 : 0;
    removed += sweep.removed;
    std::this_thread::sleep_for(milliseconds(20));
  }
  enough = true;
  one.join();
  two.join();
  three.join();
  EXPECT_EQ(done, 40);
  EXPECT_GT(removed, 20);
}

}  // namespace
}  // namespace automl::storage
