// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/artifacts/checkpoint_folder.hpp"

namespace automl::storage {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

using CheckpointSave = CheckpointFolder;

TEST_F(CheckpointSave, HasOneDigestForOneContent) {
  write(work + "/b", "one");
  write(work + "/a", "two");
  const std::string digest = save().digest;
  EXPECT_EQ(save().digest, digest);
  write(work + "/b", "one more");
  EXPECT_NE(save().digest, digest);
  write(work + "/b", "one");
  EXPECT_EQ(save().digest, digest);
  fs::permissions(work + "/b", fs::perms(0600));
  EXPECT_NE(save().digest, digest);
}

TEST_F(CheckpointSave, KeepsNoContentTwice) {
  write(work + "/a", std::string(100'000, 'x'));
  write(work + "/b", std::string(100'000, 'x'));
  EXPECT_EQ(save().new_bytes, 100'000);
  EXPECT_EQ(stored_bytes(place), 100'000);
  write(work + "/c", "new");
  EXPECT_EQ(save().new_bytes, 3);
  EXPECT_EQ(stored_bytes(place), 100'003);
}

TEST_F(CheckpointSave, SeesEveryChangeOfAFileItHasReadBefore) {
  CheckpointStore store(place);
  write(work + "/model", "00000000");
  std::set<std::string> digests;
  const int file = open((work + "/model").c_str(), O_WRONLY | O_CLOEXEC);
  for (int i = 0; i < 50; ++i) {
    const std::string text = std::to_string(10'000'000 + i);
    ASSERT_EQ(pwrite(file, text.data(), 8, 0), 8);
    const std::string digest = store.save(work, kNobodyElse).digest;
    EXPECT_EQ(read(store.object_path(store.manifest(digest)->front().digest)), text);
    digests.insert(digest);
  }
  close(file);
  EXPECT_EQ(digests.size(), 50U);
}

TEST_F(CheckpointSave, LeavesOutWhatIsNoFile) {
  write(work + "/model", "m");
  write(work + "/.saving-model", "half of");
  mkfifo((work + "/pipe").c_str(), 0600);
  fs::create_symlink("/etc/passwd", work + "/passwd");
  fs::create_symlink("../secret", work + "/up");
  fs::create_symlink("loop", work + "/loop");
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (work + "/socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const bool device = mknod((work + "/zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0;
  const Snapshot snapshot = save();
  close(listener);
  std::vector<std::string> expected = {"passwd", "pipe", "socket", "up"};
  if (device) {
    expected.push_back("zero");
  }
  EXPECT_EQ(snapshot.left_out, expected);
  CheckpointStore store(place);
  ASSERT_EQ(store.restore(snapshot.digest, home / "again"), std::nullopt);
  EXPECT_EQ(content(home / "again").size(), 2U);
  EXPECT_EQ(read(home / "again/model"), "m");
  EXPECT_EQ(fs::read_symlink(home / "again/loop"), "loop");
}

TEST_F(CheckpointSave, RefusesTooMuch) {
  for (int i = 0; i < 11; ++i) {
    write(work + "/" + std::to_string(i), "0123456789");
  }
  EXPECT_EQ(refusal({.most_files = 10}), "11 files, a checkpoint has at most 10");
  EXPECT_EQ(refusal({.most_bytes = 100}), "110 bytes, a checkpoint has at most 100");
  EXPECT_EQ(refusal(), "");
  std::string deep = work;
  for (int i = 0; i < 70; ++i) {
    deep += "/d";
  }
  fs::create_directories(deep);
  EXPECT_THAT(refusal(), HasSubstr("nested deeper than 64"));
  fs::remove_all(work + "/d");
  std::string long_path = work;
  for (int i = 0; i < 9; ++i) {
    long_path += "/" + std::string(250, 'n');
  }
  fs::create_directories(long_path);
  EXPECT_THAT(refusal(), HasSubstr("a path is longer than 2048 bytes: nnn"));
}

TEST_F(CheckpointSave, NamesTheFileThatCannotBeRead) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  write(work + "/sub/locked", "x");
  fs::permissions(work + "/sub/locked", fs::perms::none);
  EXPECT_EQ(refusal(), "cannot read sub/locked: Permission denied");
}

TEST_F(CheckpointSave, DigestsWhatItCopiesFromFilesThatChange) {
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    std::mt19937 random(1);
    while (!enough) {
      write(work + "/growing" + std::to_string(random() % 3), std::string(random() % 200'000, 'g'));
      std::ofstream(work + "/log", std::ios::app) << std::string(1'000, 'l');
      fs::remove(work + "/growing" + std::to_string(random() % 3));
    }
  });
  CheckpointStore store(place);
  for (int i = 0; i < 30; ++i) {
    const Snapshot snapshot = store.save(work, kNobodyElse);
    const std::string again = home / ("again" + std::to_string(i));
    EXPECT_EQ(store.restore(snapshot.digest, again), std::nullopt);
  }
  enough = true;
  writer.join();
}

// Every snapshot whose manifest is there is whole, wherever the saver was killed.
TEST_F(CheckpointSave, IsWholeOrAbsentWhereverTheSaverIsKilled) {
  std::mt19937 random(7);
  int whole = 0;
  int killed_early = 0;
  for (int round = 0; round < 150; ++round) {
    for (int file = 0; file < 12; ++file) {
      write(work + "/" + std::to_string(file), std::to_string(round) + std::string(3'000, 'x'));
    }
    const std::size_t before =
        static_cast<std::size_t>(std::distance(fs::directory_iterator(home.path()), {}));
    const pid_t child = fork();
    if (child == 0) {
      CheckpointStore(place).save(work, kNobodyElse);
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(19'000 + random() % 12'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed_early += WIFSIGNALED(status) ? 1 : 0;
    EXPECT_EQ(std::distance(fs::directory_iterator(home.path()), {}),
              static_cast<std::ptrdiff_t>(before) + (round == 0 ? 1 : 0));
    CheckpointStore store(place);
    whole = 0;
    for (const auto& entry : fs::directory_iterator(place + "/manifests")) {
      ++whole;
      ASSERT_EQ(store.restore(entry.path().filename(), home / "again"), std::nullopt);
      fs::remove_all(home / "again");
    }
    if (round % 10 == 9) {  // as the engine does now and then
      ASSERT_TRUE(store.sweep([] { return std::vector<std::string>(); }, kPatience).done);
      EXPECT_EQ(stored_bytes(place), 0);
      EXPECT_TRUE(fs::is_empty(place + "/incoming"));
    }
  }
  EXPECT_GT(killed_early, 10);
}

// Many files, and their number counts for little: they are synced together.
TEST_F(CheckpointSave, TakesManyFiles) {
  for (int i = 0; i < 1'000; ++i) {
    write(work + "/" + std::to_string(i % 50) + "/" + std::to_string(i), std::to_string(i));
  }
  const auto start = std::chrono::steady_clock::now();
  const Snapshot snapshot = save();
  EXPECT_EQ(snapshot.files, 1'050);
  CheckpointStore store(place);
  ASSERT_EQ(store.restore(snapshot.digest, home / "again"), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_EQ(content(home / "again"), content(work));
}

}  // namespace
}  // namespace automl::storage
