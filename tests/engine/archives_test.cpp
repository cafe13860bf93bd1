// SPDX-License-Identifier: Apache-2.0
#include "engine/archives.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "engine/digest.hpp"
#include "service_types.h"

namespace automl::engine {
namespace {

class ArchivesTest : public testing::Test {
 protected:
  ArchivesTest() {
    char pattern[] = "/tmp/automl-archives-test-XXXXXX";
    home_ = mkdtemp(pattern);
    archives_ = std::make_unique<Archives>(home_);
  }
  ~ArchivesTest() override { std::filesystem::remove_all(home_); }

  std::string home_;
  std::unique_ptr<Archives> archives_;
};

TEST_F(ArchivesTest, AppearWhenTheLastPieceIsThere) {
  const std::string text = std::string(3'000'000, 'a') + std::string(3'000'000, 'b');
  const std::string digest = sha256_hex(text);
  EXPECT_FALSE(archives_->has(digest));
  archives_->put(digest, 0, text.substr(0, 3'000'000), false);
  EXPECT_FALSE(archives_->has(digest));
  archives_->put(digest, 3'000'000, text.substr(3'000'000), true);
  EXPECT_TRUE(archives_->has(digest));
  archives_->put(digest, 0, "again", false);  // nothing happens to what is whole
  std::ifstream file(home_ + "/archives/" + digest + ".tar.zst", std::ios::binary);
  const std::string stored((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(sha256_hex(stored), digest);
}

TEST_F(ArchivesTest, SurviveADigestThatDoesNotMatch) {
  const std::string digest = sha256_hex("the right thing");
  EXPECT_THROW(archives_->put(digest, 0, "the wrong thing", true), idl::InvalidRequest);
  EXPECT_FALSE(archives_->has(digest));
  archives_->put(digest, 0, "the right", false);
  archives_->put(digest, 9, " thing", true);
  EXPECT_TRUE(archives_->has(digest));
}

TEST_F(ArchivesTest, WantTheirPiecesInOrder) {
  const std::string digest = sha256_hex("abcdef");
  EXPECT_THROW(archives_->put(digest, 3, "def", true), idl::Conflict);
  archives_->put(digest, 0, "abc", false);
  EXPECT_THROW(archives_->put(digest, 4, "ef", true), idl::Conflict);
  archives_->put(digest, 0, "abc", false);  // begins anew
  archives_->put(digest, 3, "def", true);
  EXPECT_TRUE(archives_->has(digest));
}

TEST_F(ArchivesTest, TakeNoNameButADigest) {
  for (const char* name : {"", "..", "../../etc/passwd", "ABCDEF"}) {
    EXPECT_THROW(archives_->has(name), idl::InvalidRequest) << name;
    EXPECT_THROW(archives_->put(name, 0, "x", true), idl::InvalidRequest) << name;
  }
  const std::string digest(64, '0');
  EXPECT_THROW(archives_->put(digest, -1, "x", true), idl::InvalidRequest);
  EXPECT_THROW(archives_->put(digest, kArchiveBytes, "x", true), idl::InvalidRequest);
  EXPECT_THROW(archives_->put(digest, 0, std::string(kPieceBytes + 1, 'x'), true),
               idl::InvalidRequest);
}

}  // namespace
}  // namespace automl::engine
