// SPDX-License-Identifier: Apache-2.0
#include "search/space_encoding.hpp"

#include <cmath>
#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "search/levels.hpp"
#include "search/samplers/uniform.hpp"
#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::real;
using testing::whole;

TEST(SpaceEncoding, TakesTheMiddleOfACell) {
  EXPECT_DOUBLE_EQ(encode(whole("n", 1, 4), 1), 0.125);
  EXPECT_DOUBLE_EQ(encode(whole("n", 1, 4), 4), 0.875);
  EXPECT_DOUBLE_EQ(encode(testing::choice("c", 5), 2), 0.5);
  EXPECT_DOUBLE_EQ(encode(real("lr", 1e-4, 1, true), 1e-2), 0.5);
  EXPECT_EQ(decode(whole("n", 1, 4), 0.2499), 1);
  EXPECT_EQ(decode(whole("n", 1, 4), 0.2501), 2);
}

TEST(SpaceEncoding, ReachesBothEnds) {
  for (const Parameter& p : {real("a", -1e308, 1e308),
                             real("b", 1e-300, 1e300, true),
                             whole("c", -9007199254740992.0, 9007199254740992.0),
                             real("d", 3, 3)}) {
    EXPECT_DOUBLE_EQ(decode(p, 0), p.low) << p.name;
    EXPECT_DOUBLE_EQ(decode(p, 1), p.high) << p.name;
    EXPECT_DOUBLE_EQ(decode(p, -5), p.low) << p.name;
    EXPECT_DOUBLE_EQ(decode(p, 5), p.high) << p.name;
  }
}

TEST(SpaceEncoding, LogarithmicIntegersAreLosslessOverTwelveDecades) {
  Parameter p = whole("n", 1, 1e12);
  p.log = true;
  for (double value = 1; value < 1e12; value = std::floor(value * 1.7) + 1) {
    ASSERT_EQ(decode(p, encode(p, value)), value);
  }
}

TEST(SpaceEncoding, EdgesOfLogarithmicCellsAscend) {
  Parameter p = whole("n", 1, 64);
  p.log = true;
  for (std::size_t level = 0; level < 64; ++level) {
    EXPECT_LT(level_edge(p, level), level_edge(p, level + 1));
    EXPECT_EQ(level_at(p, level_edge(p, level) + 1e-9), level);
  }
}

TEST(SpaceEncodingProperty, IsLossless) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Random random(seed);
    const Parameter p = testing::random_parameter("p", random);
    for (int i = 0; i < 20; ++i) {
      const double value = decode(p, random.uniform());
      const double unit = encode(p, value);
      RC_ASSERT(unit >= 0 && unit <= 1);
      const double back = decode(p, unit);
      if (levels(p) > 0) {
        RC_ASSERT(back == value);
      } else {
        const double allowed = p.log ? 1e-12 * value : 1e-12 * (p.high - p.low);
        RC_ASSERT(std::abs(back - value) <= allowed);
      }
    }
  }));
}

TEST(SpaceEncodingProperty, ConfigurationsKeepTheirActivity) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const SearchSpace space = testing::random_space(seed, 8);
    Random random(seed);
    const Configuration one = draw_uniform(space, random);
    RC_ASSERT(space.repair(one) == one);
    const std::vector<double> unit = encode(space, one);
    for (std::size_t i = 0; i < space.size(); ++i) {
      RC_ASSERT(one.active(i) == !std::isnan(unit[i]));
    }
  }));
}

}  // namespace
}  // namespace automl::search
