// SPDX-License-Identifier: Apache-2.0
#include "search/gp/kernel.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

Hyperparameters warped(Index dimensions) {
  Hyperparameters h;
  h.log_lengthscale = Eigen::ArrayXd::LinSpaced(dimensions, -1, 0.5);
  h.log_a = Eigen::ArrayXd::LinSpaced(dimensions, -0.7, 0.6);
  h.log_b = Eigen::ArrayXd::LinSpaced(dimensions, 0.5, -0.8);
  return h;
}

TEST(Kernel, DistancesAreThoseOfTheLoops) {
  const Points x = Points::Random(7, 3);
  const Points y = Points::Random(5, 3);
  const Eigen::ArrayXXd r2 = squared_distances(x, y);
  for (Index i = 0; i < 7; ++i) {
    for (Index j = 0; j < 5; ++j) {
      EXPECT_NEAR(r2(i, j), (x.row(i) - y.row(j)).squaredNorm(), 1e-14);
    }
  }
  EXPECT_GE(squared_distances(x * 1e8, x * 1e8).minCoeff(), 0);
}

TEST(Kernel, MaternHasItsFormAndSlope) {
  Eigen::ArrayXXd r2(1, 5);
  r2 << 0, 0.01, 0.7, 4, 1e6;
  Eigen::ArrayXXd k;
  Eigen::ArrayXXd slope;
  matern(r2, k, slope);
  for (Index i = 0; i < 5; ++i) {
    const double r = std::sqrt(5 * r2(0, i));
    EXPECT_NEAR(k(0, i), (1 + r + r * r / 3) * std::exp(-r), 1e-15);
  }
  Eigen::ArrayXXd up;
  Eigen::ArrayXXd down;
  matern(r2 + 1e-6, up);
  matern((r2 - 1e-6).max(0), down);
  for (Index i = 1; i < 5; ++i) {
    EXPECT_NEAR(slope(0, i), (up(0, i) - down(0, i)) / 2e-6, 1e-6);
  }
  EXPECT_NEAR(slope(0, 0), -5.0 / 6, 1e-15);
}

TEST(Kernel, SlopesOfTheScalingAreItsDifferences) {
  const SearchSpace space = testing::mixed_space();
  const FeatureMap map(space);
  const Hyperparameters h = warped(static_cast<Index>(map.dimensions()));
  const Points x =
      0.02 + 0.96 * Points::Random(4, static_cast<Index>(map.columns().size())).array().abs();
  const Scaling scaling(map, h);
  const double step = 1e-6;
  const Points by_x =
      (scaling.apply(x.array() + step) - scaling.apply(x.array() - step)) / (2 * step);
  EXPECT_LT((scaling.slope(x) - by_x).cwiseAbs().maxCoeff(), 1e-6 * by_x.cwiseAbs().maxCoeff());
  Points by_a;
  Points by_b;
  scaling.warp_slopes(x, by_a, by_b);
  Hyperparameters up = h;
  Hyperparameters down = h;
  up.log_a += step;
  down.log_a -= step;
  Points expected = (Scaling(map, up).apply(x) - Scaling(map, down).apply(x)) / (2 * step);
  EXPECT_LT((by_a - expected).cwiseAbs().maxCoeff(), 1e-7);
  up = down = h;
  up.log_b += step;
  down.log_b -= step;
  expected = (Scaling(map, up).apply(x) - Scaling(map, down).apply(x)) / (2 * step);
  EXPECT_LT((by_b - expected).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(Kernel, WarpingKeepsTheOrderAndTheEnds) {
  const SearchSpace space = search::testing::unit_cube(1);
  const FeatureMap map(space);
  Hyperparameters h = warped(1);
  h.log_lengthscale.setZero();
  const Points x = VectorXd::LinSpaced(101, 0, 1);
  const Points z = Scaling(map, h).apply(x);
  EXPECT_NEAR(z(0, 0), -0.5, 0.01);
  EXPECT_NEAR(z(100, 0), 0.5, 0.01);
  for (Index i = 1; i <= 100; ++i) {
    EXPECT_GT(z(i, 0), z(i - 1, 0));
  }
}

}  // namespace
}  // namespace automl::search::gp
