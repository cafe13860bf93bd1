// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/artifacts/checkpoint_folder.hpp"

namespace automl::storage {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using CheckpointRestore = CheckpointFolder;

TEST_F(CheckpointRestore, BringsAFolderBack) {
  write(work + "/model", std::string(300'000, 'm'));
  write(work + "/sub/optimizer", "momentum");
  write(work + "/empty", "");
  write(work + "/line\nbreak \xff%", "odd");
  fs::create_directories(work + "/nothing/in/it");
  fs::create_symlink("sub/optimizer", work + "/latest");
  fs::permissions(work + "/model", fs::perms(0640));
  fs::permissions(work + "/nothing/in", fs::perms(0500));
  const auto before = content(work);
  CheckpointStore store(place);
  const Snapshot snapshot = store.save(work, kNobodyElse);
  EXPECT_EQ(snapshot.files, 9);
  EXPECT_EQ(snapshot.bytes, 300'011);
  EXPECT_EQ(snapshot.new_bytes, 300'011);
  EXPECT_THAT(snapshot.left_out, ElementsAre());
  const std::string again = home / "again";
  EXPECT_EQ(store.restore(snapshot.digest, again), std::nullopt);
  EXPECT_EQ(content(again), before);
  EXPECT_FALSE(fs::exists(again + ".restoring"));
  EXPECT_TRUE(fs::is_empty(place + "/incoming"));
  fs::permissions(work + "/nothing/in", fs::perms::owner_all);
}

TEST_F(CheckpointRestore, RestoredFilesCanBeWrittenToWithoutHarm) {
  write(work + "/model", "good");
  CheckpointStore store(place);
  const std::string digest = store.save(work, kNobodyElse).digest;
  ASSERT_EQ(store.restore(digest, home / "one"), std::nullopt);
  write(home / "one/model", "bad");
  std::ofstream(home / "one/model", std::ios::app) << "worse";
  ASSERT_EQ(store.restore(digest, home / "two"), std::nullopt);
  EXPECT_EQ(read(home / "two/model"), "good");
}

// What `save` of the SDKs makes: never written to in place, so no byte has to be copied.
TEST_F(CheckpointRestore, ReadOnlyFilesAreShared) {
  write(work + "/model", "good");
  fs::permissions(work + "/model", fs::perms(0444));
  const std::string digest = save().digest;
  CheckpointStore shared(place, {.modes_are_kept = true});
  ASSERT_EQ(shared.restore(digest, home / "shared"), std::nullopt);
  EXPECT_EQ(fs::hard_link_count(home / "shared/model"), 2U);
  EXPECT_EQ(CheckpointStore(place).save(home / "shared", kNobodyElse).digest, digest);
  CheckpointStore copied(place, {.modes_are_kept = false});
  ASSERT_EQ(copied.restore(digest, home / "copied"), std::nullopt);
  EXPECT_EQ(fs::hard_link_count(home / "copied/model"), 1U);
  EXPECT_EQ(CheckpointStore(place).save(home / "copied", kNobodyElse).digest, digest);
}

TEST_F(CheckpointRestore, TakesASparseFileAtTheCostOfItsData) {
  write(work + "/sparse", "begin");
  fs::resize_file(work + "/sparse", 64 << 20);
  std::ofstream(work + "/sparse", std::ios::app) << "end";
  const Snapshot snapshot = save();
  EXPECT_EQ(snapshot.bytes, (64 << 20) + 3);
  CheckpointStore store(place);
  ASSERT_EQ(store.restore(snapshot.digest, home / "again"), std::nullopt);
  EXPECT_EQ(read(home / "again/sparse"), read(work + "/sparse"));
  for (const std::string& path :
       {store.object_path(store.manifest(snapshot.digest)->front().digest),
        home / "again/sparse"}) {
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, 1 << 20) << path;
  }
  // Its holes count: reading them takes time, too.
  fs::resize_file(work + "/sparse", std::uintmax_t{1} << 40);
  EXPECT_THAT(refusal(), HasSubstr("bytes, a checkpoint has at most 68719476736"));
}

TEST_F(CheckpointRestore, TellsDamageAndHealsWithTheNextSnapshot) {
  write(work + "/model", "good");
  write(work + "/other", "fine");
  CheckpointStore store(place);
  const std::string digest = store.save(work, kNobodyElse).digest;
  const std::string object = store.object_path(store.manifest(digest)->front().digest);
  const auto damage = [&object](const std::string& content) {
    fs::permissions(object, fs::perms(0600));
    write(object, content);
  };
  damage("evil");
  EXPECT_EQ(store.restore(digest, home / "again"), "model is damaged in the store");
  EXPECT_FALSE(fs::exists(home / "again"));
  EXPECT_EQ(store.restore(digest, home / "again"), "model is missing in the store");
  EXPECT_EQ(save().digest, digest);
  EXPECT_EQ(store.restore(digest, home / "again"), std::nullopt);
  damage("cut");
  EXPECT_EQ(store.save(work, kNobodyElse).digest, digest);  // by its size
  EXPECT_EQ(store.restore(digest, home / "once more"), std::nullopt);
  write(place + "/manifests/" + digest, "f 644 1 aa ../../evil\n");
  EXPECT_EQ(store.restore(digest, home / "never"), "its manifest is missing or damaged");
  EXPECT_EQ(store.restore("../../etc/passwd", home / "never"),
            "its manifest is missing or damaged");
  EXPECT_EQ(save().digest, digest);
  EXPECT_EQ(store.restore(digest, home / "at last"), std::nullopt);
}

}  // namespace
}  // namespace automl::storage
