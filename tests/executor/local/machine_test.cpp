// SPDX-License-Identifier: Apache-2.0
#include "executor/local/machine.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

namespace fs = std::filesystem;

// A root folder with the files that a test puts there.
class MachineTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/automl-machine-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    root_ = path;
  }
  void TearDown() override { fs::remove_all(root_); }

  void put(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::int32_t cpus() const { return usable_machine(root_).cpus; }
  std::int64_t memory() const { return usable_machine(root_).memory_bytes; }

  std::string root_;
};

TEST_F(MachineTest, IsTheHardwareWithoutLimits) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  EXPECT_EQ(cpus(), CPU_COUNT(&set));
  EXPECT_EQ(memory(), std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE));
  put("/proc/self/cgroup", "nonsense\n0:\n0::\n0::relative\n0::/a/b\n");
  put("/sys/fs/cgroup/a/b/memory.max", "max\n");
  put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  put("/sys/fs/cgroup/a/memory.max", "99999999999999999\n");
  put("/sys/fs/cgroup/a/cpu.max", "99999999999 100000\n");
  EXPECT_EQ(cpus(), CPU_COUNT(&set));
  EXPECT_EQ(memory(), std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE));
}

TEST_F(MachineTest, IsWhatTheTightestGroupAllows) {
  put("/proc/self/cgroup", "0::/a/b\n");
  put("/sys/fs/cgroup/a/b/memory.max", "2000000\n");
  EXPECT_EQ(memory(), 2'000'000);
  put("/sys/fs/cgroup/a/memory.max", "1000000\n");
  EXPECT_EQ(memory(), 1'000'000) << "a group above allows less";
  put("/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpus(), 1) << "half a CPU is none";
  put("/sys/fs/cgroup/a/b/cpu.max", "1000 100000\n");
  EXPECT_EQ(cpus(), 1) << "there is always one";
}

TEST_F(MachineTest, IsTheContainersInsideOfOne) {
  put("/proc/self/cgroup", "0::/../host/only\n");
  put("/sys/fs/cgroup/memory.max", "3000000\n");
  EXPECT_EQ(memory(), 3'000'000);
}

TEST_F(MachineTest, HeedsCgroupsOfVersionOne) {
  put("/proc/self/cgroup", "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n1:name=systemd:/\n");
  put("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "4000000\n");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(memory(), 4'000'000);
  put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus(), 1);
}

}  // namespace
}  // namespace automl::executor
