// SPDX-License-Identifier: Apache-2.0
#include "executor/attempt_directory.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

namespace fs = std::filesystem;

class AttemptDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/automl-attempt-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    home_ = path;
    fs::create_directory(place().path());
  }
  void TearDown() override { fs::remove_all(home_); }

  AttemptDirectory place() const { return AttemptDirectory(home_ + "/token"); }
  static void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  std::string home_;
};

idl::ExitReport some_exit() {
  idl::ExitReport exit;
  exit.cause = idl::ExitCause::SIGNALED;
  exit.signal = 11;
  exit.message = "killed by signal 11 (SIGSEGV): \xe2\x82\xac";
  exit.cpu_s = 1.5;
  exit.matches.resize(2);
  exit.matches[1].metric = "loss";
  exit.matches[1].count = 3;
  return exit;
}

TEST(AttemptTag, IsTheBeginningOfTheTokensDigest) {
  EXPECT_EQ(attempt_tag(""), "e3b0c44298fc1c14");
  EXPECT_EQ(attempt_tag("abc"), "ba7816bf8f01cfea");
}

TEST(ProcessIdentity, ComesBackFromItsText) {
  const ProcessIdentity identity{4'000'000, 1'234'567'890'123, "11-22"};
  EXPECT_EQ(identity.text(), "11-22:4000000:1234567890123");
  const auto parsed = ProcessIdentity::parse(identity.text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->pid, identity.pid);
  EXPECT_EQ(parsed->start_ticks, identity.start_ticks);
  EXPECT_EQ(parsed->boot_id, identity.boot_id);
}

TEST(ProcessIdentity, IsNothingElse) {
  for (const char* text : {"",
                           ":",
                           "::",
                           "boot:12",
                           "boot:1:5",
                           "boot:0:5",
                           "boot:-1:5",
                           "boot:x:5",
                           "boot:12:",
                           "boot:12x:5",
                           "boot:12:5x",
                           "boot:4294967298:5",
                           "boot:99999999999999999999:5"}) {
    EXPECT_FALSE(ProcessIdentity::parse(text)) << text;
  }
}

TEST_F(AttemptDirectoryTest, WritesWhole) {
  const std::string path = place().runner();
  ASSERT_TRUE(write_whole(path, "one", false));
  ASSERT_TRUE(write_durably(path, "two"));
  EXPECT_EQ(read_file(path), "two");
  EXPECT_FALSE(fs::exists(path + ".new"));
  struct stat facts {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(AttemptDirectoryTest, AFullDiskLeavesWhatWasThere) {
  const std::string path = place().runner();
  ASSERT_TRUE(write_whole(path, "before", false));
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{1'000, limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const bool written = write_whole(path, std::string(100'000, 'x'), false);
  const int error = errno;
  setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_FALSE(written);
  EXPECT_EQ(error, EFBIG);
  EXPECT_EQ(read_file(path), "before");
  EXPECT_FALSE(fs::exists(path + ".new"));
}

TEST_F(AttemptDirectoryTest, SaysWhyItCannotWrite) {
  EXPECT_FALSE(write_whole(home_ + "/none/file", "x", false));
  EXPECT_EQ(errno, ENOENT);
  fs::create_directory(home_ + "/folder");
  EXPECT_FALSE(write_whole(home_ + "/folder", "x", false));
  EXPECT_EQ(errno, EISDIR);
  EXPECT_FALSE(fs::exists(home_ + "/folder.new"));
}

TEST_F(AttemptDirectoryTest, WritesThroughNobodysLink) {
  const std::string precious = home_ + "/precious";
  put(precious, "kept");
  fs::create_symlink(precious, place().result() + ".new");
  fs::create_symlink(precious, place().result());
  ASSERT_TRUE(write_result(place(), some_exit()));
  EXPECT_EQ(read_file(precious), "kept");
  EXPECT_FALSE(fs::is_symlink(place().result()));
  EXPECT_EQ(read_result(place()), some_exit());
}

TEST_F(AttemptDirectoryTest, ReadsPlainFilesOnly) {
  const std::string path = place().runner();
  EXPECT_FALSE(read_attempt_file(path));
  EXPECT_EQ(errno, ENOENT);
  put(home_ + "/other", "text");
  fs::create_symlink(home_ + "/other", path);
  EXPECT_FALSE(read_attempt_file(path)) << "a link";
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(read_attempt_file(path)) << "nobody will ever write there";
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_FALSE(read_attempt_file(path));
  fs::remove(path);
  put(path, std::string(100, 'x'));
  EXPECT_EQ(read_attempt_file(path), std::string(100, 'x'));
  EXPECT_EQ(read_attempt_file(path, 100), std::string(100, 'x'));
  EXPECT_FALSE(read_attempt_file(path, 99));
  EXPECT_EQ(errno, EFBIG);
}

TEST_F(AttemptDirectoryTest, GivesBackAResult) {
  EXPECT_FALSE(read_result(place()));
  ASSERT_TRUE(write_result(place(), some_exit()));
  EXPECT_EQ(read_result(place()), some_exit());
  sync_attempt(place());
}

TEST_F(AttemptDirectoryTest, GivesBackAStart) {
  EXPECT_FALSE(read_start(place()));
  idl::Checkpoint from;
  ASSERT_TRUE(write_start(place(), from)) << "nothing";
  EXPECT_EQ(read_start(place()), from);
  from.number = 3;
  from.step = 17;
  from.digest = std::string(64, 'a');
  ASSERT_TRUE(write_start(place(), from));
  EXPECT_EQ(read_start(place()), from);
  put(place().start(), "nonsense");
  EXPECT_FALSE(read_start(place()));
}

// Cut anywhere, bytes changed anywhere: a result or none, whatever sizes it claims to have.
TEST_F(AttemptDirectoryTest, SurvivesAnyResult) {
  ASSERT_TRUE(write_result(place(), some_exit()));
  const std::string whole = read_file(place().result()).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(place().result(), whole.substr(0, size));
    EXPECT_FALSE(read_result(place())) << size;
  }
  put(place().result(), whole);
  const int file = open(place().result().c_str(), O_WRONLY | O_CLOEXEC);
  std::mt19937 dice(1);
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes = whole;
    for (unsigned changes = 1 + dice() % 4; changes > 0; --changes) {
      bytes[dice() % bytes.size()] = static_cast<char>(dice() % 2 == 0 ? 0xff : dice());
    }
    ASSERT_EQ(pwrite(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    if (const auto exit = read_result(place())) {
      ++read;
      ASSERT_EQ(idl::_ExitCause_VALUES_TO_NAMES.count(exit->cause), 1U);
    }
  }
  close(file);
  EXPECT_GT(read, 0);
  EXPECT_LT(read, 100'000);
}

TEST_F(AttemptDirectoryTest, IsRetiredAndRemoved) {
  put(home_ + "/precious", "kept");
  fs::create_directories(place().work() + "/locked/inner");
  fs::create_directory_symlink(home_, place().work() + "/link");
  chmod((place().work() + "/locked").c_str(), 0);
  const std::string retired = retire(place());
  EXPECT_EQ(retired, place().path() + ".done");
  EXPECT_FALSE(fs::exists(place().path()));
  remove_folder(retired);
  EXPECT_FALSE(fs::exists(retired));
  EXPECT_EQ(read_file(home_ + "/precious"), "kept");
  remove_folder(retired);
}

TEST_F(AttemptDirectoryTest, IsRemovedWhereAnotherIsRetired) {
  fs::create_directories(place().path() + ".done/full");
  EXPECT_EQ(retire(place()), place().path());
}

}  // namespace
}  // namespace automl::executor
