// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/extract_code.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <chrono>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "executor/attempt_directory.hpp"
#include "executor/runner/content_digest.hpp"

namespace automl::executor {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  int type = AE_IFREG;
  std::string content = "";  // of files; the target of links
  bool hard_link = false;
  int mode = 0644;
};

// Archives that try to write to `victim` (a file beside the folder they are unpacked to), to its
// folder's folder `outer`, or elsewhere.
std::vector<std::vector<Entry>> hostile_archives(const std::string& outer,
                                                 const std::string& victim) {
  const std::string deep(200, 'd');
  const auto file = [](const std::string& name) { return Entry{name, AE_IFREG, "evil"}; };
  const auto link = [](const std::string& name, const std::string& target) {
    return Entry{name, AE_IFLNK, target};
  };
  const auto hard = [](const std::string& name, const std::string& target) {
    return Entry{name, AE_IFREG, target, true};
  };
  return {
      {file("../victim")},
      {file("../../evil")},
      {file("a/../../victim")},
      {file("a/b/../../../victim")},
      {file("./../victim")},
      {file("a/./../../victim")},
      {file("..")},
      {file("../")},
      {file("a/..")},
      {file("//../victim")},
      {file(victim)},
      {file("/tmp/automl-evil")},
      {file("//tmp/automl-evil")},
      {file("/")},
      {{victim, AE_IFDIR, ""}},
      {{"../made", AE_IFDIR, ""}},
      {{"a/../../made", AE_IFDIR, ""}},
      {link("out", ".."), file("out/victim")},
      {link("out", "../"), file("out/victim")},
      {link("out", outer), file("out/outer/victim")},
      {link("out", "/"), file("out/tmp/automl-evil")},
      {link("out", "/etc/passwd")},
      {link("out", "../victim"), file("out")},
      {link("out", victim), file("out")},
      {link("a/out", "../../victim")},
      {link("a/out", "b/../../../victim")},
      {link("a/b/c/d", "../../.."), link("e", "a/b/c/d/.."), file("e/victim")},
      {link("a/up", ".."), link("out", "a/up/.."), file("out/victim")},
      {link("here", "."), file("here/../../victim")},
      {link("x", "y"), link("y", "../.."), file("x/evil")},
      {link("", "x")},
      {link("empty", "")},
      {hard("mine", victim)},
      {hard("mine", "../victim")},
      {file("a"), hard("b", "a")},
      {hard("mine", "/etc/passwd"), file("mine")},
      {{"device", AE_IFCHR, ""}},
      {{"disk", AE_IFBLK, ""}},
      {{"pipe", AE_IFIFO, ""}},
      {{"a/device", AE_IFCHR, ""}},
      {link("loop", "loop"), file("loop/x")},
      {{"f", AE_IFREG, "x"}, file("f/below")},
      {link("s", "t"), {"s", AE_IFDIR, ""}, link("s", "../.."), file("s/evil")},
      {file("../" + deep + "/x")},
      {{"back\\..\\..\\victim", AE_IFREG, "fine"}, file("../victim")},
      {file("ok"), file("ok2"), file("../last")},
  };
}

// Writes archives entry by entry, with whatever names they have.
class ExtractCode : public ::testing::Test {
 protected:
  ExtractCode() {
    char name[] = "/tmp/automl-code-test-XXXXXX";
    folder_ = mkdtemp(name);
    inside_ = folder_ + "/outer/inside";
    fs::create_directories(inside_);
    path_ = folder_ + "/code.tar.zst";
  }
  ~ExtractCode() override { fs::remove_all(folder_); }

  void pack(const std::vector<Entry>& entries) {
    archive* writer = archive_write_new();
    archive_write_add_filter_zstd(writer);
    archive_write_set_format_pax_restricted(writer);
    archive_write_open_filename(writer, path_.c_str());
    for (const Entry& one : entries) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, one.name.c_str());
      archive_entry_set_filetype(entry, static_cast<unsigned>(one.type));
      archive_entry_set_perm(entry, static_cast<mode_t>(one.mode));
      if (one.hard_link) {
        archive_entry_set_hardlink(entry, one.content.c_str());
      } else if (one.type == AE_IFLNK) {
        archive_entry_set_symlink(entry, one.content.c_str());
      } else if (one.type == AE_IFREG) {
        archive_entry_set_size(entry, static_cast<la_int64_t>(one.content.size()));
      } else if (one.type == AE_IFCHR || one.type == AE_IFBLK) {
        archive_entry_set_rdev(entry, 259);
      }
      archive_write_header(writer, entry);
      if (one.type == AE_IFREG && !one.hard_link) {
        archive_write_data(writer, one.content.data(), one.content.size());
      }
      archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
  }

  // Everything below the test's folder that is not inside, with its content.
  std::set<std::string> outside() const {
    std::set<std::string> found;
    for (auto entry = fs::recursive_directory_iterator(folder_);
         entry != fs::recursive_directory_iterator();
         ++entry) {
      if (entry->path() == inside_) {
        entry.disable_recursion_pending();
      } else if (entry->path() != path_) {
        found.insert(entry->path().string() + "=" +
                     (entry->is_regular_file() ? read_file(entry->path()).value_or("") : ""));
      }
    }
    return found;
  }

  std::string folder_;
  std::string inside_;
  std::string path_;
};

TEST_F(ExtractCode, KeepsFilesFoldersLinksAndModes) {
  // The packing program may know its names as UTF-8 or as mere bytes.
  for (const char* locale : {"C", "C.UTF-8"}) {
    ASSERT_NE(std::setlocale(LC_CTYPE, locale), nullptr);
    fs::remove_all(inside_);
    fs::create_directory(inside_);
    pack({{"train.py", AE_IFREG, "print(1)", false, 0755},
          {"lib/", AE_IFDIR, "", false, 0755},
          {"lib/a/b.py", AE_IFREG, "x"},
          {"lib/link.py", AE_IFLNK, "../train.py"},
          {"./dotted", AE_IFREG, "y", false, 04755},
          {"\xc3\xa9t\xc3\xa9.py", AE_IFREG, "z"},
          {"locked", AE_IFREG, "w", false, 0}});
    std::setlocale(LC_CTYPE, "C");
    unpack(path_, inside_, ArchiveLimits());
    EXPECT_EQ(read_file(inside_ + "/train.py"), "print(1)");
    EXPECT_EQ(read_file(inside_ + "/lib/a/b.py"), "x");
    EXPECT_EQ(read_file(inside_ + "/lib/link.py"), "print(1)");
    EXPECT_EQ(read_file(inside_ + "/\xc3\xa9t\xc3\xa9.py"), "z");
    struct stat facts {};
    ASSERT_EQ(stat((inside_ + "/train.py").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0111, 0111U);
    ASSERT_EQ(stat((inside_ + "/dotted").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07000, 0U) << "set-user-id came through";
    EXPECT_EQ(read_file(inside_ + "/locked"), "w");
  }
}

TEST_F(ExtractCode, HostileArchivesWriteNothingOutside) {
  const std::string victim = folder_ + "/outer/victim";
  std::ofstream(victim) << "untouched";
  const auto corpus = hostile_archives(folder_, victim);
  ASSERT_GE(corpus.size(), 40U);
  const auto before = outside();
  int refused = 0;
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    fs::remove_all(inside_);
    fs::create_directory(inside_);
    pack(corpus[i]);
    try {
      unpack(path_, inside_, ArchiveLimits());
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("is refused: "), std::string::npos) << error.what();
      ++refused;
    }
    EXPECT_EQ(outside(), before) << "archive " << i;
    EXPECT_FALSE(fs::exists("/tmp/automl-evil")) << "archive " << i;
  }
  EXPECT_GE(refused, 40);
}

TEST_F(ExtractCode, BrokenArchivesAreRefused) {
  std::vector<Entry> entries;
  for (int i = 0; i < 50; ++i) {
    entries.push_back(
        {"file" + std::to_string(i), AE_IFREG, std::string(3'000, static_cast<char>(i))});
  }
  pack(entries);
  const std::string whole = read_file(path_).value();
  for (std::size_t size = 0; size + 1 < whole.size(); size += 1 + whole.size() / 60) {
    fs::remove_all(inside_);
    fs::create_directory(inside_);
    std::ofstream(path_, std::ios::binary) << whole.substr(0, size);
    EXPECT_THROW(unpack(path_, inside_, ArchiveLimits()), std::runtime_error) << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 60) {
    fs::remove_all(inside_);
    fs::create_directory(inside_);
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    std::ofstream(path_, std::ios::binary) << broken;
    try {
      unpack(path_, inside_, ArchiveLimits());  // whatever it finds, it survives
    } catch (const std::runtime_error&) {
    }
  }
  std::ofstream(path_, std::ios::binary) << "#!/bin/sh\necho evil\n";
  EXPECT_THROW(unpack(path_, inside_, ArchiveLimits()), std::runtime_error);
  EXPECT_THROW(unpack("/no/such/archive", inside_, ArchiveLimits()), std::runtime_error);
}

TEST_F(ExtractCode, BombsAreStopped) {
  const auto start = std::chrono::steady_clock::now();
  pack({{"zeros", AE_IFREG, std::string(80 << 20, '\0')}});
  EXPECT_LT(fs::file_size(path_), 100'000U);
  EXPECT_THROW(unpack(path_, inside_, ArchiveLimits()), std::runtime_error);
  std::vector<Entry> many;
  for (int i = 0; i < 2'000; ++i) {
    many.push_back({"f" + std::to_string(i), AE_IFREG, ""});
  }
  pack(many);
  ArchiveLimits few;
  few.entries = 1'000;
  EXPECT_THROW(unpack(path_, inside_, few), std::runtime_error);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(ExtractCode, EachAttemptGetsItsOwnCopy) {
  pack({{"train.py", AE_IFREG, "original", false, 0755}, {"link", AE_IFLNK, "train.py"}});
  const CodeArchive code{path_, file_digest(path_), folder_ + "/cache"};
  const auto never = [] { return false; };
  extract_code(code, folder_ + "/one", never);
  std::ofstream(folder_ + "/one/train.py") << "changed";
  fs::remove(path_);  // the cache is enough now
  extract_code(code, folder_ + "/two", never);
  EXPECT_EQ(read_file(folder_ + "/two/train.py"), "original");
  EXPECT_TRUE(fs::is_symlink(folder_ + "/two/link"));
  struct stat facts {};
  ASSERT_EQ(stat((folder_ + "/two/train.py").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0111, 0111U);
}

TEST_F(ExtractCode, AnotherArchiveThanSubmittedIsRefused) {
  pack({{"train.py", AE_IFREG, "x"}});
  const auto never = [] { return false; };
  EXPECT_THROW(
      extract_code({path_, std::string(64, '0'), folder_ + "/cache"}, folder_ + "/w", never),
      std::runtime_error);
  EXPECT_FALSE(fs::exists(folder_ + "/cache/code/" + std::string(64, '0')));
}

TEST_F(ExtractCode, ARefusedArchiveLeavesNothingInTheCache) {
  pack({{"fine", AE_IFREG, "x"}, {"../victim", AE_IFREG, "x"}});
  const std::string digest = file_digest(path_);
  const auto never = [] { return false; };
  EXPECT_THROW(extract_code({path_, digest, folder_ + "/cache"}, folder_ + "/w", never),
               std::runtime_error);
  for (const auto& entry : fs::directory_iterator(folder_ + "/cache/code")) {
    EXPECT_EQ(entry.path().extension(), ".lock");
  }
}

}  // namespace
}  // namespace automl::executor
