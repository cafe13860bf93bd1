// SPDX-License-Identifier: Apache-2.0
#include "search/gp/candidates.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using search::testing::choice;
using search::testing::real;
using search::testing::unit_cube;
using search::testing::when;
using search::testing::whole;

TEST(Candidates, SpreadFillsTheRegionAndIsNewEachTime) {
  const SearchSpace space = unit_cube(3);
  const FeatureMap map(space);
  Candidates candidates(map);
  Region region = everywhere(map);
  region.low(1) = 0.4;
  region.high(1) = 0.6;
  Random random(1, 2);
  const Points first = candidates.spread(256, region, random);
  EXPECT_GE(first.col(1).minCoeff(), 0.4);
  EXPECT_LE(first.col(1).maxCoeff(), 0.6);
  EXPECT_NEAR(first.col(0).mean(), 0.5, 0.02);
  EXPECT_NEAR(first.col(1).mean(), 0.5, 0.004);
  EXPECT_NE(first, candidates.spread(256, region, random));
}

TEST(Candidates, AcrossChangesOneParameterByATenthOfItsRangeOrMore) {
  const SearchSpace space({real("x", 0, 1), whole("k", 1, 20), choice("c", 3)}, {});
  const FeatureMap map(space);
  Eigen::RowVectorXd centre(3);
  centre << 0.95, 0.5, 0.5;
  map.snap(centre);
  Random random(1, 2);
  const Points across = Candidates(map).across(centre, 50, random);
  ASSERT_EQ(across.rows(), 150);
  for (Index row = 0; row < across.rows(); ++row) {
    const Eigen::RowVectorXd moved = (across.row(row) - centre).cwiseAbs();
    const Index changed = row / 50;
    for (Index i = 0; i < 3; ++i) {
      if (i == changed) {
        EXPECT_GE(moved(i), 0.1 - 0.05) << row;  // an integer's cell is a twentieth
      } else {
        EXPECT_EQ(moved(i), 0) << row;
      }
    }
  }
  EXPECT_LT(across.col(0).head(50).minCoeff(), 0.1);
  EXPECT_GT(across.col(0).head(50).maxCoeff(), 0.7);
}

TEST(Candidates, AcrossTakesManyValuesOfWhatASwitchActivates) {
  const SearchSpace space({choice("c", 2),
                           when(real("a", 0, 1), 0, Relation::kEqual, 0),
                           when(real("b", 0, 1), 0, Relation::kEqual, 1)},
                          {});
  const FeatureMap map(space);
  Eigen::RowVectorXd centre(3);
  centre << 0.25, 0.3, std::nan("");
  map.snap(centre);
  Random random(1, 2);
  const Points across = Candidates(map).across(centre, 10, random);
  ASSERT_EQ(across.rows(), 40 + 10 + 10);
  const auto switched = across.col(2).head(40);
  EXPECT_TRUE(switched.allFinite());
  EXPECT_TRUE(across.col(1).head(40).array().isNaN().all());
  EXPECT_GT(switched.maxCoeff() - switched.minCoeff(), 0.8);
}

}  // namespace
}  // namespace automl::search::gp
