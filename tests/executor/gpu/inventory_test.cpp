// SPDX-License-Identifier: Apache-2.0
#include "executor/gpu/inventory.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "executor/local/executor.hpp"

namespace automl::executor {
namespace {

// fake_nvml.cpp is what the program's search path has under the library's name.
class GpuInventoryTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("CUDA_VISIBLE_DEVICES");
    unsetenv("FAKE_NVML_ERROR");
  }
  void TearDown() override { SetUp(); }

  static std::vector<std::int32_t> indices(const char* visible) {
    setenv("CUDA_VISIBLE_DEVICES", visible, 1);
    std::vector<std::int32_t> found;
    for (const idl::Gpu& gpu : find_gpus().gpus) {
      found.push_back(gpu.index);
    }
    return found;
  }
};

using Indices = std::vector<std::int32_t>;

TEST_F(GpuInventoryTest, ListsNamesAndMemory) {
  const GpuInventory inventory = find_gpus();
  ASSERT_EQ(inventory.gpus.size(), 2U) << inventory.reason;
  EXPECT_EQ(inventory.reason, "");
  EXPECT_EQ(inventory.gpus[0].index, 0);
  EXPECT_EQ(inventory.gpus[0].name, "NVIDIA H100");
  EXPECT_EQ(inventory.gpus[0].memory_bytes, 80LL << 30);
  EXPECT_EQ(inventory.gpus[1].index, 1);
  EXPECT_EQ(inventory.gpus[1].name, "NVIDIA T4");
  EXPECT_EQ(inventory.gpus[1].memory_bytes, 16LL << 30);
}

TEST_F(GpuInventoryTest, SaysThatTheDriverIsNotLoaded) {
  setenv("FAKE_NVML_ERROR", "9", 1);
  const GpuInventory inventory = find_gpus();
  EXPECT_TRUE(inventory.gpus.empty());
  EXPECT_EQ(inventory.reason, "the NVIDIA driver answers with error 9: Driver Not Loaded");
}

TEST_F(GpuInventoryTest, SaysThatThereIsNoLibrary) {
  const GpuInventory inventory = find_gpus("libno-such-driver.so.1");
  EXPECT_TRUE(inventory.gpus.empty());
  EXPECT_EQ(inventory.reason, "no NVIDIA driver library (libno-such-driver.so.1)");
}

TEST_F(GpuInventoryTest, SaysThatALibraryIsAnotherOne) {
  const GpuInventory inventory = find_gpus("libm.so.6");
  EXPECT_TRUE(inventory.gpus.empty());
  EXPECT_EQ(inventory.reason, "libm.so.6 lacks functions that are needed");
}

TEST_F(GpuInventoryTest, HeedsWhatIsVisible) {
  EXPECT_EQ(indices("1"), Indices{1});
  EXPECT_EQ(indices("1,0"), (Indices{0, 1}));
  EXPECT_EQ(indices("0,7"), Indices{0});
  EXPECT_EQ(indices(""), Indices{});
  EXPECT_EQ(indices("-1"), Indices{});
  EXPECT_EQ(indices("NoDevFiles"), Indices{});
  EXPECT_EQ(indices("1,x,0"), Indices{1}) << "as CUDA does";
  EXPECT_EQ(indices("99999999999999999999"), Indices{});
  EXPECT_EQ(indices("GPU-2"), Indices{1});
  EXPECT_EQ(indices("GPU-10000000-aaaa-bbbb-cccc-dddddddddddd"), Indices{0});
  EXPECT_EQ(indices("GPU-3"), Indices{});
}

TEST_F(GpuInventoryTest, SaysThatNoneIsVisible) {
  setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_EQ(find_gpus().reason, "the NVIDIA driver shows no GPU");
}

TEST_F(GpuInventoryTest, WhatIsDeclaredWins) {
  char home[] = "/tmp/automl-gpu-test-XXXXXX";
  ASSERT_NE(mkdtemp(home), nullptr);
  LocalOptions options;
  options.home = home;
  options.cpus = 3;
  options.memory_bytes = 5LL << 30;
  const auto found = LocalExecutor(options).capacity();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cpus, 3);
  EXPECT_EQ(found[0].memory_bytes, 5LL << 30);
  ASSERT_EQ(found[0].gpus.size(), 2U);
  EXPECT_EQ(found[0].gpus[1].name, "NVIDIA T4");
  idl::Gpu declared;
  declared.index = 4;
  declared.name = "declared";
  options.gpus.emplace({declared});
  EXPECT_EQ(LocalExecutor(options).capacity()[0].gpus, std::vector<idl::Gpu>{declared});
  options.gpus.emplace();
  EXPECT_TRUE(LocalExecutor(options).capacity()[0].gpus.empty());
  std::filesystem::remove_all(home);
}

}  // namespace
}  // namespace automl::executor
