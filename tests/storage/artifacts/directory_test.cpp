// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/directory.hpp"

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

#include "storage/artifacts/digest.hpp"
#include "storage/errors.hpp"
#include "tests/conformance/storage/artifacts/artifact_conformance.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {

namespace {

class DirectoryPlace : public ArtifactPlace {
 public:
  std::unique_ptr<ArtifactStore> open() override {
    return std::make_unique<ArtifactDirectory>(directory_ / "archives",
                                               DirectoryOptions{.suffix = ".tar.zst"});
  }

 private:
  TemporaryDirectory directory_;
};

// Writes beyond this size fail, as on a full disk, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

int mode(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Directory, ArtifactConformance, testing::Values([] {
                           return std::make_unique<DirectoryPlace>();
                         }));

TEST(Digest, IsSha256) {
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ArtifactDirectory, FilesCarryTheSuffixAndAreTheOwners) {
  const TemporaryDirectory home;
  ArtifactDirectory store(home / "archives", {.suffix = ".tar.zst"});
  const std::string digest = digest_of("x");
  store.put(digest, 0, "x", true);
  EXPECT_EQ(store.path(digest), home / "archives/" + digest + ".tar.zst");
  EXPECT_EQ(mode(store.path(digest)), 0600);
  EXPECT_EQ(mode(home / "archives"), 0700);
}

TEST(ArtifactDirectory, OtherFilesAreNotListed) {
  const TemporaryDirectory home;
  ArtifactDirectory store(home.path(), {.suffix = ".tar.zst"});
  for (const std::string& name :
       {std::string("README"), std::string(64, 'a'), std::string(64, 'a') + ".zip"}) {
    std::ofstream(home / name) << "x";
  }
  EXPECT_TRUE(store.list().empty());
}

TEST(ArtifactDirectory, LargerThanAllowedIsRefused) {
  const TemporaryDirectory home;
  ArtifactDirectory store(home.path(), {.suffix = "", .largest_bytes = 8});
  const std::string digest = digest_of("123456789");
  EXPECT_THROW(store.put(digest, 0, "123456789", true), InvalidArtifact);
  store.put(digest, 0, "12345678", false);
  EXPECT_THROW(store.put(digest, 8, "9", true), InvalidArtifact);
}

TEST(ArtifactDirectory, SendingGoesOnAfterARestartUnlessDiscarded) {
  const TemporaryDirectory home;
  const std::string digest = digest_of("0123456789");
  ArtifactDirectory(home.path()).put(digest, 0, "01234", false);
  ArtifactDirectory(home.path()).put(digest, 5, "56789", true);
  EXPECT_TRUE(ArtifactDirectory(home.path()).has(digest));

  const std::string other = digest_of("abc");
  ArtifactDirectory store(home.path());
  store.put(other, 0, "ab", false);
  store.discard_incomplete();
  EXPECT_THROW(store.put(other, 2, "c", true), Conflict);
  EXPECT_TRUE(store.has(digest));
}

TEST(ArtifactDirectory, FullDiskIsUnavailableAndTheRestFollowsLater) {
  const TemporaryDirectory home;
  ArtifactDirectory store(home.path());
  const std::string bytes(100'000, 'x');
  const std::string digest = digest_of(bytes);
  {
    const FileSizeLimit limit(40'000);
    EXPECT_THROW(store.put(digest, 0, bytes, true), Unavailable);
    EXPECT_FALSE(store.has(digest));
    EXPECT_THROW(store.put(digest, 0, bytes, true), Unavailable);
  }
  EXPECT_EQ(store.put(digest, 0, bytes, true), 100'000);
  EXPECT_TRUE(store.has(digest));
}

TEST(ArtifactDirectory, LinkInItsPlaceIsNotFollowed) {
  const TemporaryDirectory home;
  ArtifactDirectory store(home / "archives");
  const std::string digest = digest_of("evil");
  std::ofstream(home / "precious") << "precious";
  std::filesystem::create_symlink(home / "precious", home / "archives/incoming/" + digest);
  EXPECT_THROW(store.put(digest, 0, "evil", true), Unavailable);
  std::string text;
  std::ifstream(home / "precious") >> text;
  EXPECT_EQ(text, "precious");
}

TEST(ArtifactDirectory, PlaceThatCannotBeMadeIsUnavailable) {
  const TemporaryDirectory home;
  std::ofstream(home / "file") << "x";
  EXPECT_THROW(ArtifactDirectory(home / "file/archives"), Unavailable);
}

}  // namespace automl::storage
