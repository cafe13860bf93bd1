// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_export.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "storage/artifacts/checkpoint_store.hpp"

namespace automl::engine {
namespace {

namespace fs = std::filesystem;

class CheckpointExport : public testing::Test {
 protected:
  CheckpointExport() {
    char pattern[] = "/tmp/automl-export-test-XXXXXX";
    home_ = mkdtemp(pattern);
    fs::create_directories(home_ + "/work");
    for (const char* content : {"first", "second"}) {
      std::ofstream(home_ + "/work/model") << content;
      idl::CheckpointRow& row = kept_.emplace_back();
      row.checkpoint.number = static_cast<std::int64_t>(kept_.size());
      row.checkpoint.digest = storage::CheckpointStore(home_ + "/artifacts")
                                  .save(home_ + "/work", [](const storage::Snapshot&) {})
                                  .digest;
    }
  }
  ~CheckpointExport() override { fs::remove_all(home_); }

  std::string model(const std::string& folder) const {
    std::string text;
    std::ifstream(home_ + "/" + folder + "/model") >> text;
    return text;
  }
  template <class Refusal>
  std::string refusal(std::int64_t number, const std::string& folder) const {
    try {
      export_checkpoint(home_, kept_, number, folder);
    } catch (const Refusal& refused) {
      return refused.message;
    }
    return "";
  }

  std::string home_;
  std::vector<idl::CheckpointRow> kept_;
};

TEST_F(CheckpointExport, GivesTheNewestOrTheOneNamed) {
  EXPECT_EQ(export_checkpoint(home_, kept_, 0, home_ + "/a").checkpoint.number, 2);
  EXPECT_EQ(model("a"), "second");
  EXPECT_EQ(export_checkpoint(home_, kept_, 1, home_ + "/b").checkpoint.number, 1);
  EXPECT_EQ(model("b"), "first");
  fs::remove(home_ + "/artifacts/manifests/" + kept_[1].checkpoint.digest);
  EXPECT_EQ(export_checkpoint(home_, kept_, 0, home_ + "/c").checkpoint.number, 1);
  EXPECT_EQ(model("c"), "first");
}

TEST_F(CheckpointExport, SaysWhatIsWrong) {
  EXPECT_EQ(refusal<idl::InvalidRequest>(0, "relative"), "the folder needs an absolute path");
  EXPECT_EQ(refusal<idl::InvalidRequest>(0, home_ + "/work"), home_ + "/work exists already");
  EXPECT_EQ(refusal<idl::InvalidRequest>(0, home_ + "/no/where"),
            "there is no folder " + home_ + "/no");
  EXPECT_EQ(refusal<idl::NotFound>(3, home_ + "/a"), "checkpoint 3 is not kept");
  fs::remove(home_ + "/artifacts/manifests/" + kept_[1].checkpoint.digest);
  EXPECT_EQ(refusal<idl::NotFound>(2, home_ + "/a"),
            "checkpoint 2 cannot be used: its manifest is missing or damaged");
  kept_.clear();
  EXPECT_EQ(refusal<idl::NotFound>(0, home_ + "/a"), "nothing was saved");
  EXPECT_FALSE(fs::exists(home_ + "/a"));
}

}  // namespace
}  // namespace automl::engine
