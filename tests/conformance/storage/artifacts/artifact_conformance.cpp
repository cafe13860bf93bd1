// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/storage/artifacts/artifact_conformance.hpp"

#include <iterator>
#include <thread>

#include "storage/artifacts/digest.hpp"
#include "storage/errors.hpp"

namespace automl::storage {

namespace {

std::string content(ArtifactStore& store, const std::string& digest) {
  const std::unique_ptr<std::istream> stream = store.open(digest);
  return stream ? std::string(std::istreambuf_iterator<char>(*stream), {}) : "(missing)";
}

std::string large() {
  std::string bytes;
  for (std::int64_t i = 0; bytes.size() < 3'000'000; ++i) {
    bytes += std::to_string(i * 7919);
  }
  return bytes;
}

void put_all(ArtifactStore& store, const std::string& bytes, std::size_t piece) {
  const std::string digest = digest_of(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    EXPECT_EQ(store.put(digest, static_cast<std::int64_t>(at), part, at + piece >= bytes.size()),
              static_cast<std::int64_t>(at + part.size()));
  }
}

}  // namespace

TEST_P(ArtifactConformance, WholeArtifactIsThereAfterItsLastPiece) {
  const std::string bytes = large();
  const std::string digest = digest_of(bytes);
  store().put(digest, 0, bytes.substr(0, 1000), false);
  EXPECT_FALSE(store().has(digest));
  EXPECT_EQ(store().open(digest), nullptr);
  EXPECT_TRUE(store().list().empty());
  put_all(store(), bytes, 1'000'000);
  EXPECT_TRUE(store().has(digest));
  EXPECT_EQ(content(store(), digest), bytes);
  store_ = place_->open();
  EXPECT_TRUE(store().has(digest));
  EXPECT_EQ(content(store(), digest), bytes);
}

TEST_P(ArtifactConformance, EmptyAndBinaryArtifacts) {
  for (const std::string& bytes : {std::string(), std::string("a\0b\xff\n", 5)}) {
    store().put(digest_of(bytes), 0, bytes, true);
    EXPECT_EQ(content(store(), digest_of(bytes)), bytes);
  }
}

TEST_P(ArtifactConformance, RepeatedPiecesAreHarmless) {
  const std::string bytes = "0123456789";
  const std::string digest = digest_of(bytes);
  EXPECT_EQ(store().put(digest, 0, "0123", false), 4);
  EXPECT_EQ(store().put(digest, 0, "0123", false), 4);
  EXPECT_EQ(store().put(digest, 4, "4567", false), 8);
  EXPECT_EQ(store().put(digest, 0, "0123", false), 8);
  EXPECT_EQ(store().put(digest, 4, "4567", false), 8);
  EXPECT_EQ(store().put(digest, 6, "6789", true), 10);
  EXPECT_EQ(store().put(digest, 6, "6789", true), 10);
  EXPECT_EQ(store().put(digest, 0, "0123", false), 4);
  EXPECT_EQ(content(store(), digest), bytes);
}

TEST_P(ArtifactConformance, GapIsAConflictThatNamesTheOffset) {
  const std::string digest = digest_of("0123456789");
  EXPECT_THROW(store().put(digest, 4, "4567", false), Conflict);
  store().put(digest, 0, "012", false);
  try {
    store().put(digest, 4, "4567", false);
    FAIL();
  } catch (const Conflict& error) {
    EXPECT_NE(std::string(error.what()).find("go on at 3"), std::string::npos) << error.what();
  }
  store().put(digest, 3, "3456789", true);
  EXPECT_EQ(content(store(), digest), "0123456789");
}

TEST_P(ArtifactConformance, BeginningAnewReplacesWhatWasWrong) {
  const std::string digest = digest_of("0123456789");
  store().put(digest, 0, "0123xxxxxxxxxxxxx", false);
  EXPECT_EQ(store().put(digest, 0, "0123", false), 17);
  EXPECT_EQ(store().put(digest, 4, "45", false), 6);
  store().put(digest, 6, "6789", true);
  EXPECT_EQ(content(store(), digest), "0123456789");
}

TEST_P(ArtifactConformance, OtherBytesAreRefusedAndForgotten) {
  const std::string digest = digest_of("right");
  EXPECT_THROW(store().put(digest, 0, "wrong", true), InvalidArtifact);
  EXPECT_FALSE(store().has(digest));
  EXPECT_THROW(store().put(digest, 5, "x", true), Conflict);
  store().put(digest, 0, "right", true);
  EXPECT_EQ(content(store(), digest), "right");
}

TEST_P(ArtifactConformance, OnlyDigestsAreNames) {
  const std::string digest = digest_of("x");
  std::string upper = digest;
  upper[10] = 'A';
  std::string slash = digest;
  slash[3] = '/';
  std::string nul = digest;
  nul[63] = '\0';
  for (const std::string& name : {std::string(),
                                  std::string("../../etc/passwd"),
                                  std::string("incoming"),
                                  digest.substr(1),
                                  digest + "0",
                                  digest + "/..",
                                  digest + "\n",
                                  "../" + digest.substr(3),
                                  std::string(64, '.'),
                                  std::string(64, 'g'),
                                  std::string("\xd9\xa0") + digest.substr(2),
                                  upper,
                                  slash,
                                  nul}) {
    EXPECT_THROW(store().has(name), InvalidArtifact) << name;
    EXPECT_THROW(store().put(name, 0, "x", true), InvalidArtifact) << name;
    EXPECT_THROW(store().open(name), InvalidArtifact) << name;
    EXPECT_THROW(store().remove(name), InvalidArtifact) << name;
  }
  EXPECT_TRUE(store().list().empty());
}

TEST_P(ArtifactConformance, ImpossibleOffsetsAreRefused) {
  const std::string digest = digest_of("x");
  EXPECT_THROW(store().put(digest, -1, "x", true), InvalidArtifact);
  EXPECT_THROW(store().put(digest, INT64_MIN, "x", true), InvalidArtifact);
  EXPECT_THROW(store().put(digest, INT64_MAX, "x", true), InvalidArtifact);
}

TEST_P(ArtifactConformance, RemovedArtifactIsGoneButOpenOnesAreReadOn) {
  const std::string bytes = large();
  const std::string digest = digest_of(bytes);
  put_all(store(), bytes, bytes.size());
  const std::unique_ptr<std::istream> reader = store().open(digest);
  EXPECT_TRUE(store().remove(digest));
  EXPECT_FALSE(store().remove(digest));
  EXPECT_FALSE(store().has(digest));
  EXPECT_EQ(digest_of(*reader), digest);
  store().put(digest, 0, "part", false);
  EXPECT_TRUE(store().remove(digest));
  put_all(store(), bytes, bytes.size());
  EXPECT_TRUE(store().has(digest));
}

TEST_P(ArtifactConformance, ListIsOrderedAndComplete) {
  for (const std::string bytes : {"a", "bb", "ccc"}) {
    store().put(digest_of(bytes), 0, bytes, true);
  }
  store().put(digest_of("dddd"), 0, "dd", false);
  const std::vector<Artifact> found = store().list();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_LT(found[0].digest, found[1].digest);
  EXPECT_LT(found[1].digest, found[2].digest);
  for (const Artifact& artifact : found) {
    EXPECT_EQ(static_cast<std::size_t>(artifact.bytes), content(store(), artifact.digest).size());
  }
}

TEST_P(ArtifactConformance, SendersOfTheSameArtifactDoNotHarmEachOther) {
  const std::string bytes = large();
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&] {
      const std::string digest = digest_of(bytes);
      for (std::size_t at = 0; at < bytes.size(); at += 100'000) {
        store().put(digest,
                    static_cast<std::int64_t>(at),
                    std::string_view(bytes).substr(at, 100'000),
                    at + 100'000 >= bytes.size());
      }
    });
  }
  for (std::thread& sender : senders) {
    sender.join();
  }
  EXPECT_EQ(content(store(), digest_of(bytes)), bytes);
}

}  // namespace automl::storage
