// SPDX-License-Identifier: Apache-2.0
#include "engine/artifact_sweeper.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "executor/last_checkpoint.hpp"
#include "storage/artifacts/checkpoint_store.hpp"

namespace automl::engine {
namespace {

namespace fs = std::filesystem;

class ArtifactSweeperTest : public testing::Test {
 protected:
  ArtifactSweeperTest() {
    char pattern[] = "/tmp/automl-sweeper-test-XXXXXX";
    home_ = mkdtemp(pattern);
    fs::create_directories(home_ + "/work");
  }
  ~ArtifactSweeperTest() override { fs::remove_all(home_); }

  std::string save(const std::string& content) const {
    std::ofstream(home_ + "/work/model") << content;
    return storage::CheckpointStore(home_ + "/artifacts")
        .save(home_ + "/work", [](const storage::Snapshot&) {})
        .digest;
  }
  bool kept(const std::string& digest) const {
    return fs::exists(home_ + "/artifacts/manifests/" + digest);
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 2'000 && !holds(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return holds();
  }

  std::string home_;
};

// What the engine knows and what sessions have written down, which it may not know of yet.
TEST_F(ArtifactSweeperTest, RemovesWhatNobodyWants) {
  const std::string wanted = save("wanted");
  const std::string unrecorded = save("unrecorded");
  const std::string old = save("old");
  fs::create_directories(home_ + "/sessions/7");
  idl::Checkpoint last;
  last.session_id = 7;
  last.number = 1;
  last.digest = unrecorded;
  executor::write_last_checkpoints(home_, {last});
  ArtifactSweeper sweeper(home_, [&] { return WantedManifests{{wanted}, {}}; });
  EXPECT_TRUE(kept(old));
  sweeper.wake();
  EXPECT_TRUE(eventually([&] { return !kept(old); }));
  EXPECT_TRUE(kept(wanted));
  EXPECT_TRUE(kept(unrecorded));
}

// A runner has told of two and had no answer; one that the engine recorded and let go of is not
// kept.
TEST_F(ArtifactSweeperTest, KeepsWhatTheEngineHasNotRecordedYet) {
  fs::create_directories(home_ + "/sessions/7");
  std::vector<idl::Checkpoint> told;
  for (const char* content : {"let go of", "unanswered", "newest"}) {
    idl::Checkpoint& checkpoint = told.emplace_back();
    checkpoint.session_id = 7;
    checkpoint.number = static_cast<std::int64_t>(told.size());
    checkpoint.digest = save(content);
  }
  executor::write_last_checkpoints(home_, told);
  ArtifactSweeper sweeper(home_, [] { return WantedManifests{{}, {{7, 1}}}; });
  sweeper.wake();
  EXPECT_TRUE(eventually([&] { return !kept(told[0].digest); }));
  EXPECT_TRUE(kept(told[1].digest));
  EXPECT_TRUE(kept(told[2].digest));
}

TEST_F(ArtifactSweeperTest, RemovesNothingWhenTheEngineCannotTell) {
  const std::string saved = save("saved");
  std::atomic<int> asked = 0;
  ArtifactSweeper sweeper(home_, [&]() -> WantedManifests {
    ++asked;
    throw std::runtime_error("the store cannot be read");
  });
  sweeper.wake();
  EXPECT_TRUE(eventually([&] { return asked > 0; }));
  EXPECT_TRUE(kept(saved));
}

TEST_F(ArtifactSweeperTest, HasNothingToDoWithoutAStore) {
  ArtifactSweeper sweeper(home_, []() -> WantedManifests {
    ADD_FAILURE();
    return {};
  });
  sweeper.wake();
  sweeper.wake();
}

}  // namespace
}  // namespace automl::engine
