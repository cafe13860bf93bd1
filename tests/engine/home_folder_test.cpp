// SPDX-License-Identifier: Apache-2.0
#include "engine/home_folder.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace automl::engine {
namespace {

class HomeFolderTest : public testing::Test {
 protected:
  HomeFolderTest() {
    char pattern[] = "/tmp/automl-home-test-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~HomeFolderTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(HomeFolderTest, IsCreatedForItsOwnerOnly) {
  const HomeFolder home(folder_ + "/a/b");
  struct stat status {};
  ASSERT_EQ(stat((folder_ + "/a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  EXPECT_EQ(home.path(), std::filesystem::canonical(folder_ + "/a/b"));
}

TEST_F(HomeFolderTest, TakesOneEngineAtATime) {
  {
    const HomeFolder first(folder_);
    try {
      const HomeFolder second(folder_);
      FAIL() << "two engines in one home";
    } catch (const HomeInUse& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("(process " + std::to_string(getpid()) + ")"));
    }
  }
  const HomeFolder third(folder_);
}

TEST_F(HomeFolderTest, RefusesWhatIsNoFolderOfItsOwn) {
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_THROW(HomeFolder(folder_ + "/file"), std::runtime_error);
  EXPECT_THROW(HomeFolder(""), std::runtime_error);
}

TEST_F(HomeFolderTest, ClosesWhatWasOpenToOthers) {
  chmod(folder_.c_str(), 0755);
  const HomeFolder home(folder_);
  struct stat status {};
  ASSERT_EQ(stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
}

}  // namespace
}  // namespace automl::engine
