// SPDX-License-Identifier: Apache-2.0
#include "search/gp/neighbourhood.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::RowVectorXd;
using ::testing::ElementsAre;

TEST(Region, IsLongWhereTheFunctionIsFlat) {
  const SearchSpace space = search::testing::unit_cube(3);
  const FeatureMap map(space);
  Hyperparameters h = prior_mode(map, {}, false);
  h.log_lengthscale << -1, 0, 1;
  const RowVectorXd weights = Scaling(map, h).weights();
  const Region region = around(map, RowVectorXd::Constant(3, 0.5), weights, 0.1);
  const RowVectorXd sides = region.high - region.low;
  EXPECT_NEAR(sides(1), 0.1, 1e-12);
  EXPECT_NEAR(sides(0), 0.1 * std::exp(-1), 1e-12);
  EXPECT_NEAR(sides(2), 0.1 * std::exp(1), 1e-12);
  const Region corner = around(map, RowVectorXd::Zero(3), weights, 0.1);
  EXPECT_EQ(corner.low.minCoeff(), 0);
  EXPECT_NEAR(corner.high(1), 0.05, 1e-12);
}

TEST(Region, LeavesCategoriesAndInactiveParametersFree) {
  const SearchSpace space = testing::mixed_space();
  const FeatureMap map(space);
  RowVectorXd centre = RowVectorXd::Constant(static_cast<Index>(space.size()), 0.5);
  centre(7) = kInactive;
  const Region region =
      around(map, centre, Scaling(map, prior_mode(map, {}, false)).weights(), 0.1);
  EXPECT_GT(region.low(0), 0.4);
  EXPECT_EQ(region.low(3), 0);
  EXPECT_EQ(region.high(3), 1);
  EXPECT_EQ(region.low(7), 0);
}

TEST(TrustLength, HalvesAndBeginsAgain) {
  EXPECT_EQ(trust_length(0, 10), 0.8);
  EXPECT_EQ(trust_length(9, 10), 0.8);
  EXPECT_EQ(trust_length(10, 10), 0.4);
  EXPECT_EQ(trust_length(70, 10), 0.8);
}

TEST(NearestRows, AreTheNearestInOrderOfRows) {
  Points features(5, 2);
  features << 0, 0, 1, 0, 0, 0.4, 0.3, 0, 0, 9;
  EXPECT_THAT(nearest_rows(features, RowVectorXd::Ones(2), 0, 3), ElementsAre(0, 2, 3));
  RowVectorXd weights(2);
  weights << 1, 10;
  EXPECT_THAT(nearest_rows(features, weights, 0, 3), ElementsAre(0, 1, 3));
  EXPECT_EQ(nearest_rows(features, weights, 0, 9).size(), 5u);
}

}  // namespace
}  // namespace automl::search::gp
