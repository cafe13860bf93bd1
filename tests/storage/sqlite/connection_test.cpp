// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/connection.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <random>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "storage/errors.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/open.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {

namespace {

int mode(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

void add_study(Storage& storage, const std::string& name) {
  storage.begin();
  storage.create_study(records::study(name));
  storage.commit();
}

std::string message_of(const std::string& path) {
  try {
    open_sqlite(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "opened";
}

// Exit status of a child process that runs `work`.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Whether another process would find the file locked: asks the kernel, since a child made by fork
// inherits what SQLite remembers of this process's locks.
bool locked_for_others(const std::string& path) {
  return in_child([&] {
           const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
           struct flock lock {};
           lock.l_type = F_WRLCK;
           lock.l_whence = SEEK_SET;
           lock.l_start = 0x40000000;  // SQLite's lock bytes
           lock.l_len = 512;
           return file >= 0 && ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0;
         }) == 1;
}

// Commits study after study, saying each number when its commit has returned; never returns.
[[noreturn]] void commit_for_ever(const std::string& path, int pipe) {
  try {
    const std::unique_ptr<Storage> storage = open_sqlite(path);
    storage->claim_epoch();
    for (auto number = static_cast<int>(storage->load_studies().size()) + 1;; ++number) {
      add_study(*storage, std::to_string(number));
      if (::write(pipe, &number, sizeof number) != sizeof number) {
        ::_exit(1);
      }
    }
  } catch (const std::exception&) {
    ::_exit(2);
  }
}

}  // namespace

TEST(SqliteConnection, FileIsTheOwnersAlone) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  const mode_t before = ::umask(0);
  {
    const std::unique_ptr<Storage> storage = open_sqlite(path);
    storage->claim_epoch();
    EXPECT_EQ(mode(path), 0600);
    EXPECT_EQ(mode(path + "-wal"), 0600);
    EXPECT_EQ(mode(path + "-shm"), -1);
  }
  ::umask(before);
  ::chmod(path.c_str(), 0644);
  open_sqlite(path);
  EXPECT_EQ(mode(path), 0600);
}

TEST(SqliteConnection, SecondEngineIsRefused) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  std::unique_ptr<Storage> storage = open_sqlite(path);
  EXPECT_TRUE(locked_for_others(path));
  storage->claim_epoch();
  EXPECT_NE(message_of(path).find("locked"), std::string::npos) << message_of(path);
  // The refusal must not have dropped the locks of this process.
  EXPECT_TRUE(locked_for_others(path));
  add_study(*storage, "a");
  EXPECT_TRUE(locked_for_others(path));
  storage.reset();
  EXPECT_FALSE(locked_for_others(path));
  EXPECT_EQ(message_of(path), "opened");
}

TEST(SqliteConnection, GarbageIsCorruption) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  std::ofstream(path) << std::string(10'000, 'g');
  EXPECT_THROW(open_sqlite(path), Corruption);
  EXPECT_NE(message_of(path).find(path), std::string::npos);
  std::string text(1, '\0');
  std::ifstream(path) >> text;
  EXPECT_EQ(text, std::string(10'000, 'g'));  // untouched
}

TEST(SqliteConnection, DamagedPagesAreCorruptionOrHarmless) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  {
    const std::unique_ptr<Storage> storage = open_sqlite(path);
    storage->claim_epoch();
    for (int i = 0; i < 50; ++i) {
      add_study(*storage, std::to_string(i));
    }
  }
  std::ifstream file(path, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(file), {});
  int found = 0;
  for (std::size_t page = 1; page < whole.size() / 4096; ++page) {
    std::string damaged = whole;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\x55');
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    try {
      const std::unique_ptr<Storage> storage = open_sqlite(path);
      storage->claim_epoch();
      storage->load_studies();
      storage->load_open_sessions();
    } catch (const Corruption&) {
      ++found;
    }
  }
  EXPECT_GT(found, 5);
}

TEST(SqliteConnection, DatabaseOfAnotherProgramIsRefused) {
  const TemporaryDirectory home;
  const std::string path = home / "other.db";
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "CREATE TABLE bookmarks (url TEXT)", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_THROW(open_sqlite(path), Corruption);
  EXPECT_NE(message_of(path).find("another program"), std::string::npos) << message_of(path);
}

TEST(SqliteConnection, MissingFolderAndDirectoryAreUnavailable) {
  const TemporaryDirectory home;
  EXPECT_THROW(open_sqlite(home / "missing/automl.db"), Unavailable);
  EXPECT_NE(message_of(home / "missing/automl.db").find("missing/automl.db"), std::string::npos);
  EXPECT_THROW(open_sqlite(home.path()), Unavailable);
}

TEST(SqliteConnection, FullDiskIsUnavailableAndWorksAgainAfterwards) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  const std::unique_ptr<Storage> storage = open_sqlite(path);
  storage->claim_epoch();
  add_study(*storage, "before");
  void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {200'000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  idl::Study large = records::study("large");
  large.source_text.assign(1'000'000, 'x');
  storage->begin();
  EXPECT_THROW(
      {
        storage->create_study(large);
        storage->commit();
      },
      Unavailable);
  storage->rollback();
  EXPECT_EQ(storage->load_studies().size(), 1U);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  storage->begin();
  storage->create_study(large);
  storage->commit();
  EXPECT_EQ(storage->load_studies().size(), 2U);
}

TEST(SqliteConnection, TextsOfStatementsNeedNotOutliveTheCall) {
  SqliteConnection connection(":memory:");
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 50; ++i) {
      Rows rows(connection.prepare("SELECT " + std::to_string(i)));
      ASSERT_TRUE(rows.next());
      EXPECT_EQ(rows.integer(0), i);
    }
  }
}

TEST(SqliteConnection, KilledProcessLosesNothingItHasSaid) {
  const TemporaryDirectory home;
  const std::string path = home / "automl.db";
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int said = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      commit_for_ever(path, ends[1]);
    }
    ::close(ends[1]);
    const int first = said;
    const int wait_for = static_cast<int>(random() % 15);
    while (said < first + wait_for && ::read(ends[0], &said, sizeof said) == sizeof said) {
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));  // any moment
    ::kill(child, SIGKILL);
    while (::read(ends[0], &said, sizeof said) == sizeof said) {
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    const std::unique_ptr<Storage> storage = open_sqlite(path);
    storage->claim_epoch();
    const std::vector<idl::Study> studies = storage->load_studies();
    ASSERT_GE(static_cast<int>(studies.size()), said);
    ASSERT_LE(static_cast<int>(studies.size()), said + 1);
    for (std::size_t i = 0; i < studies.size(); ++i) {
      ASSERT_EQ(studies[i].spec.name, std::to_string(i + 1));
    }
    said = static_cast<int>(studies.size());  // what was killed before it could say so counts too
  }
  EXPECT_GT(said, 0);
}

}  // namespace automl::storage
