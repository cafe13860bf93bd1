// SPDX-License-Identifier: Apache-2.0
#include "executor/last_checkpoint.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

namespace fs = std::filesystem;

class LastCheckpoint : public testing::Test {
 protected:
  LastCheckpoint() {
    char pattern[] = "/tmp/automl-last-test-XXXXXX";
    home_ = mkdtemp(pattern);
  }
  ~LastCheckpoint() override { fs::remove_all(home_); }

  idl::Checkpoint write(std::int64_t session, std::int64_t number) {
    fs::create_directories(home_ + "/sessions/" + std::to_string(session));
    idl::Checkpoint checkpoint;
    checkpoint.session_id = session;
    checkpoint.number = number;
    checkpoint.digest = std::string(64, 'b');
    write_last_checkpoints(home_, {checkpoint});
    return checkpoint;
  }

  std::string home_;
};

TEST_F(LastCheckpoint, IsTheOneWrittenLast) {
  EXPECT_FALSE(read_last_checkpoint(home_, 7));
  EXPECT_TRUE(last_checkpoints(home_).empty());
  write(7, 1);
  const idl::Checkpoint newest = write(7, 2);
  EXPECT_EQ(read_last_checkpoint(home_, 7), newest);
  write(8, 1);
  fs::create_directories(home_ + "/sessions/not-a-number");
  EXPECT_EQ(last_checkpoints(home_).size(), 2U);
}

TEST_F(LastCheckpoint, HasThoseBeforeItWithIt) {
  std::vector<idl::Checkpoint> many;
  for (int number = 1; number <= 130; ++number) {
    many.push_back(write(7, number));
  }
  write_last_checkpoints(home_, many);
  EXPECT_EQ(read_last_checkpoint(home_, 7), many.back());
  EXPECT_EQ(last_checkpoints(home_), std::vector(many.end() - 100, many.end()));
}

TEST_F(LastCheckpoint, IsNoneWhenSomethingElseIsThere) {
  write(7, 1);
  const std::string file = home_ + "/sessions/7/checkpoint.last";
  const std::uintmax_t size = fs::file_size(file);
  fs::resize_file(file, size / 2);
  EXPECT_FALSE(read_last_checkpoint(home_, 7));
  std::ofstream(file) << std::string(10'000, '\xff');
  EXPECT_FALSE(read_last_checkpoint(home_, 7));
  fs::remove(file);
  write(8, 1);
  fs::copy_file(home_ + "/sessions/8/checkpoint.last", file);  // another session's
  EXPECT_FALSE(read_last_checkpoint(home_, 7));
  fs::remove(file);
  fs::create_symlink(home_ + "/sessions/8/checkpoint.last", file);
  EXPECT_FALSE(read_last_checkpoint(home_, 7));
}

TEST_F(LastCheckpoint, SaysWhenItCannotBeWritten) {
  idl::Checkpoint checkpoint;
  checkpoint.session_id = 9;
  EXPECT_THROW(write_last_checkpoints(home_, {checkpoint}), std::runtime_error);
}

}  // namespace
}  // namespace automl::executor
