// SPDX-License-Identifier: Apache-2.0
#include "cli/code_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/code_files.hpp"

namespace automl::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class CodeArchiveTest : public testing::Test {
 protected:
  CodeArchiveTest() {
    std::string name = fs::temp_directory_path() / "automl-cli-test-XXXXXX";
    root_ = mkdtemp(name.data());
    fs::create_directories(code());
  }
  ~CodeArchiveTest() override { fs::remove_all(root_); }

  fs::path code() const { return root_ / "code"; }
  void write(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((code() / name).parent_path());
    std::ofstream(code() / name) << text;
  }
  void git(const std::string& arguments) const {
    const std::string line = "git -C " + code().string() + " -c user.name=t -c user.email=t@t " +
                             arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << line;  // NOLINT: a fixed command
  }
  std::vector<std::string> listed(const std::string& home = "") const {
    return code_files(code().string(), home);
  }
  std::string digest() const {
    return pack_code(code().string(), listed(), (root_ / "archive").string()).digest;
  }
  std::string bytes() const {
    std::ifstream file(root_ / "archive", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  fs::path root_;
};

TEST_F(CodeArchiveTest, ListsWhatTheIgnoreFilesLeave) {
  for (const char* name : {"train.py",
                           "model.pt",
                           "src/net.py",
                           "src/old.pt",
                           "build/a.o",
                           "src/__pycache__/net.pyc",
                           "data/x.csv",
                           "notes.txt"}) {
    write(name);
  }
  write(".gitignore", "*.pt\nbuild/\n");
  write("src/.gitignore", "!old.pt\n");
  write(".automlignore", "/data\n*.txt\n");
  EXPECT_THAT(
      listed(),
      ElementsAre(
          ".automlignore", ".gitignore", "src/.gitignore", "src/net.py", "src/old.pt", "train.py"));
}

TEST_F(CodeArchiveTest, AsksGitInAWorkTree) {
  write("train.py");
  write("new.py");
  write("ignored.log");
  write("deleted.py");
  write(".gitignore", "*.log\n");
  git("init -q");
  git("add train.py .gitignore deleted.py");
  git("commit -qm first");
  fs::remove(code() / "deleted.py");
  EXPECT_THAT(listed(), ElementsAre(".gitignore", "new.py", "train.py"));
}

TEST_F(CodeArchiveTest, ListsAFolderThatGitIgnoresAsAWhole) {
  git("init -q");
  write(".gitignore", "/scratch/\n");
  write("scratch/train.py");
  EXPECT_THAT(code_files((code() / "scratch").string()), ElementsAre("train.py"));
}

TEST_F(CodeArchiveTest, KeepsLinksThatStayInsideAndNoOthers) {
  write("data.txt");
  fs::create_symlink("data.txt", code() / "inside");
  fs::create_symlink("../secret", code() / "outside");
  fs::create_symlink("/etc/passwd", code() / "absolute");
  fs::create_symlink("sub/../../code/../x", code() / "winding");
  EXPECT_THAT(listed(), ElementsAre("data.txt", "inside"));
}

TEST_F(CodeArchiveTest, LeavesTheEnginesHomeOut) {
  write("train.py");
  write("home/automl.db");
  EXPECT_THAT(listed((code() / "home").string()), ElementsAre("train.py"));
  EXPECT_THAT(listed("/elsewhere"), ElementsAre("home/automl.db", "train.py"));
}

TEST_F(CodeArchiveTest, IsTheSameForTheSameFiles) {
  write("b.py", "print(2)");
  write("a.py", "print(1)");
  const std::string first = digest();
  EXPECT_EQ(first.size(), 64u);
  const std::string first_bytes = bytes();
  fs::last_write_time(code() / "a.py", fs::file_time_type::clock::now() - std::chrono::hours(9));
  fs::permissions(code() / "b.py", fs::perms::group_read, fs::perm_options::remove);
  EXPECT_EQ(digest(), first);
  EXPECT_EQ(bytes(), first_bytes);
}

TEST_F(CodeArchiveTest, DiffersWhenAFileDoes) {
  write("a.py", "print(1)");
  const std::string first = digest();
  write("a.py", "print(2)");
  const std::string changed = digest();
  EXPECT_NE(changed, first);
  fs::permissions(code() / "a.py", fs::perms::owner_exec, fs::perm_options::add);
  EXPECT_NE(digest(), changed);
}

TEST_F(CodeArchiveTest, CanBeUnpacked) {
  const std::string large(3 << 20, 'z');
  write("large.bin", large);
  write("empty");
  write("größe/日本.py", "print()");
  write("empty", "");
  fs::create_symlink("empty", code() / "link");
  digest();
  archive* reader = archive_read_new();
  archive_read_support_filter_zstd(reader);
  archive_read_support_format_tar(reader);
  ASSERT_EQ(archive_read_open_filename(reader, (root_ / "archive").c_str(), 65536), ARCHIVE_OK);
  std::vector<std::string> names;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    names.emplace_back(archive_entry_pathname(entry));
    EXPECT_EQ(archive_entry_mtime(entry), 0);
    EXPECT_EQ(archive_entry_uid(entry), 0);
    if (names.back() == "large.bin") {
      EXPECT_EQ(archive_entry_size(entry), static_cast<la_int64_t>(large.size()));
    }
  }
  archive_read_free(reader);
  EXPECT_THAT(names, ElementsAre("empty", "größe/日本.py", "large.bin", "link"));
}

TEST_F(CodeArchiveTest, SaysWhichFileCannotBeRead) {
  write("a.py");
  EXPECT_THROW(pack_code(code().string(), {"a.py", "gone.py"}, (root_ / "archive").string()),
               std::runtime_error);
}

}  // namespace
}  // namespace automl::cli
