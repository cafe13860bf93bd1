// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/spool.hpp"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

class SpoolTest : public ::testing::Test {
 protected:
  SpoolTest() {
    char name[] = "/tmp/automl-spool-test-XXXXXX";
    close(mkstemp(name));
    path_ = name;
  }
  ~SpoolTest() override { unlink(path_.c_str()); }

  static idl::Measurement measurement(std::int64_t sequence, double value) {
    idl::Measurement result;
    result.sequence = sequence;
    result.step = 10 * sequence;
    result.metrics["loss"] = value;
    return result;
  }

  std::string path_;
};

TEST_F(SpoolTest, GivesBackWhatWasPutIn) {
  Spool spool(path_);
  EXPECT_TRUE(spool.append(measurement(1, 0.5)));
  EXPECT_TRUE(spool.append(measurement(2, NAN)));
  const auto read = Spool::read(path_);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0], measurement(1, 0.5));
  EXPECT_EQ(read[1].step, 20);
  EXPECT_TRUE(std::isnan(read[1].metrics.at("loss")));
}

TEST_F(SpoolTest, SurvivesACutAtAnyByte) {
  {
    Spool spool(path_);
    spool.append(measurement(1, 1));
    spool.append(measurement(2, 2));
  }
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  for (off_t size = facts.st_size; size-- > 0;) {
    ASSERT_EQ(truncate(path_.c_str(), size), 0);
    const auto read = Spool::read(path_);
    EXPECT_EQ(read.size(), size >= facts.st_size / 2 ? 1U : 0U) << size;
  }
}

TEST_F(SpoolTest, IsEmptyAfterClearing) {
  Spool spool(path_);
  spool.append(measurement(1, 1));
  spool.clear();
  spool.append(measurement(2, 2));
  const auto read = Spool::read(path_);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].sequence, 2);
}

TEST_F(SpoolTest, AFullDiskLeavesNoTornEntry) {
  Spool spool(path_);
  ASSERT_TRUE(spool.append(measurement(1, 1)));
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = static_cast<rlim_t>(spool.size()) + 10;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(spool.append(measurement(2, 2)));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(spool.append(measurement(3, 3)));
  const auto read = Spool::read(path_);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].sequence, 3);
}

TEST_F(SpoolTest, NeedsAPlace) {
  EXPECT_THROW(Spool("/no/such/folder/spool"), std::runtime_error);
  EXPECT_TRUE(Spool::read("/no/such/folder/spool").empty());
}

}  // namespace
}  // namespace automl::executor
