// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/latin.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

TEST(LatinSampler, EveryBlockTakesEverySliceOnce) {
  const SearchSpace space = testing::unit_cube(3);
  LatinSampler sampler(space, 10);
  for (const std::uint64_t block : {0, 1, 5}) {
    const auto points = sampler.suggest({{}, {}, block * 10, 3, 10});
    for (std::size_t dimension = 0; dimension < 3; ++dimension) {
      std::set<int> slices;
      for (const Suggestion& one : points) {
        slices.insert(static_cast<int>(one.configuration.values[dimension] * 10));
      }
      EXPECT_EQ(slices.size(), 10U);
    }
  }
}

TEST(LatinSampler, BlocksAndDimensionsDiffer) {
  const SearchSpace space = testing::unit_cube(2);
  LatinSampler sampler(space, 32);
  const auto points = sampler.suggest({{}, {}, 0, 3, 64});
  int same_slice = 0;
  int same_as_before = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const auto slice = [&](std::size_t index, std::size_t dimension) {
      return static_cast<int>(points[index].configuration.values[dimension] * 32);
    };
    same_slice += slice(i, 0) == slice(i, 1) ? 1 : 0;
    same_as_before += slice(i, 0) == slice(i + 32, 0) ? 1 : 0;
  }
  EXPECT_LT(same_slice, 8);
  EXPECT_LT(same_as_before, 8);
}

}  // namespace
}  // namespace automl::search
