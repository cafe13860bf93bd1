// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_seed.hpp"

#include <set>

#include <gtest/gtest.h>

namespace automl::engine {

namespace {

TEST(TrialSeed, IsAnotherForEachTrialStudyAndRepeat) {
  std::set<std::int64_t> seeds;
  for (const std::int64_t study : {0, 1, 42}) {
    for (std::int64_t number = 0; number < 1'000; ++number) {
      const std::int64_t seed = trial_seed(study, number);
      EXPECT_GE(seed, 1);
      EXPECT_LE(seed, 0x7fffffff);
      seeds.insert(seed);
    }
    for (std::int32_t repeat = 1; repeat <= 100; ++repeat) {
      seeds.insert(repeat_seed(study, repeat));
    }
  }
  EXPECT_GE(seeds.size(), 3'299U) << "two of 3,300 may agree by chance";
}

// Stored studies rely on it.
TEST(TrialSeed, NeverChanges) {
  EXPECT_EQ(trial_seed(42, 0), 1049838248);
  EXPECT_EQ(trial_seed(42, 1), 1240242734);
  EXPECT_EQ(repeat_seed(42, 1), 1349341610);
}

}  // namespace

}  // namespace automl::engine
