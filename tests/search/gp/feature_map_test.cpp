// SPDX-License-Identifier: Apache-2.0
#include "search/gp/feature_map.hpp"

#include <cmath>
#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "search/space_encoding.hpp"
#include "tests/search/gp/difference.hpp"
#include "tests/search/random_space.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;

Points features(const SearchSpace& space, const std::vector<double>& native) {
  const std::vector<double> unit = encode(space, space.repair(Configuration{native}));
  Points row(1, static_cast<Index>(unit.size()));
  std::copy(unit.begin(), unit.end(), row.data());
  return FeatureMap(space).features(row);
}

double apart(const SearchSpace& space, const std::vector<double>& a, const std::vector<double>& b) {
  return (features(space, a) - features(space, b)).squaredNorm();
}

TEST(FeatureMap, ACubeIsItsOwnFeatures) {
  const SearchSpace space = search::testing::unit_cube(3);
  EXPECT_TRUE(FeatureMap(space).plain());
  const Points x = Points::Constant(1, 3, 0.3);
  EXPECT_EQ(FeatureMap(space).features(x), x);
}

TEST(FeatureMap, CategoriesAreEquallyFarApart) {
  const SearchSpace space({search::testing::choice("c", 4)}, {});
  EXPECT_NEAR(apart(space, {0}, {1}), 1, 1e-12);
  EXPECT_NEAR(apart(space, {0}, {3}), 1, 1e-12);
  EXPECT_EQ(apart(space, {2}, {2}), 0);
}

TEST(FeatureMap, ChoicesSwitchesAndConditionsAreOnlyEqualOrDifferent) {
  using namespace search::testing;
  const SearchSpace space({real("x", 0, 1),
                           choice("c", 4),
                           choice("two", 2),
                           whole("n", 1, 5),
                           whole("switch", 0, 1),
                           when(real("a", 0, 1), 1, Relation::kEqual, 0)},
                          {});
  const FeatureMap map(space);
  ASSERT_EQ(map.dimensions(), 7U);
  std::vector<bool> nominal;
  for (std::size_t i = 0; i < map.dimensions(); ++i) {
    nominal.push_back(map.nominal(i));
  }
  EXPECT_EQ(nominal, (std::vector<bool>{false, true, true, false, true, false, true}));
}

TEST(FeatureMap, OrdersKeepTheirScaleAndReachBothEnds) {
  Parameter p = search::testing::choice("size", 4);
  p.kind = Kind::kOrdinal;
  p.scale = {1, 2, 4, 16};
  const SearchSpace space({p, search::testing::whole("n", 3, 7)}, {});
  EXPECT_NEAR(features(space, {0, 3})(0, 0), 0, 1e-12);
  EXPECT_NEAR(features(space, {2, 3})(0, 0), 0.2, 1e-12);
  EXPECT_NEAR(features(space, {3, 7})(0, 0), 1, 1e-12);
  EXPECT_NEAR(features(space, {3, 3})(0, 1), 0, 1e-12);
  EXPECT_NEAR(features(space, {3, 4})(0, 1), 0.25, 1e-12);
  EXPECT_NEAR(features(space, {3, 7})(0, 1), 1, 1e-12);
}

TEST(FeatureMap, InactiveParametersDoNotSeparate) {
  using namespace search::testing;
  const SearchSpace space({choice("branch", 2), when(real("a", 0, 1), 0, Relation::kEqual, 0)}, {});
  const double inactive = kInactive;
  EXPECT_EQ(apart(space, {1, inactive}, {1, inactive}), 0);
  EXPECT_NEAR(apart(space, {0, 0.2}, {0, 0.7}), 0.25, 1e-12);
  // The branch, its flag, and where in the branch.
  EXPECT_NEAR(apart(space, {0, 0.5}, {1, inactive}), 2, 1e-12);
}

TEST(FeatureMap, SnappingIsDecodingAndEncoding) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const SearchSpace space = search::testing::random_space(seed, 8);
    const FeatureMap map(space);
    Random random(seed, 1);
    Eigen::RowVectorXd unit(static_cast<Index>(space.size()));
    for (Index i = 0; i < unit.size(); ++i) {
      unit(i) = random.uniform();
    }
    const std::vector<double> drawn(unit.data(), unit.data() + unit.size());
    map.snap(unit);
    const std::vector<double> expected = encode(space, decode(space, drawn));
    for (std::size_t i = 0; i < space.size(); ++i) {
      const double found = unit(static_cast<Index>(i));
      RC_ASSERT(std::isnan(found) == std::isnan(expected[i]));
      RC_ASSERT(std::isnan(found) || std::abs(found - expected[i]) < 1e-6);
    }
    const Points f = map.features(unit);
    RC_ASSERT(f.allFinite());
    const bool inside = (f.array() >= 0).all() && (f.array() <= 1).all();
    RC_ASSERT(inside);
  }));
}

}  // namespace
}  // namespace automl::search::gp
