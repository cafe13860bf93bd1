// SPDX-License-Identifier: Apache-2.0
#include "search/gp/triangular.hpp"

#include <Eigen/LU>
#include <gtest/gtest.h>

namespace automl::search::gp {
namespace {

using Eigen::MatrixXd;

class Triangular : public ::testing::TestWithParam<int> {};

// Sizes on both sides of where recursion begins.
TEST_P(Triangular, RootsInversesAndProductsAreRight) {
  const int n = GetParam();
  const MatrixXd a = MatrixXd::Random(n, n);
  const MatrixXd spd = a * a.transpose() + n * MatrixXd::Identity(n, n);
  MatrixXd lower = spd;
  ASSERT_TRUE(factorise(lower));
  EXPECT_LT((lower * lower.transpose() - spd).norm(), 1e-12 * spd.norm());
  EXPECT_TRUE(lower.isLowerTriangular());
  MatrixXd inverse = lower;
  invert_lower(inverse);
  EXPECT_LT((inverse * lower - MatrixXd::Identity(n, n)).norm(), 1e-11);
  EXPECT_TRUE(inverse.isLowerTriangular());
  MatrixXd product;
  gram_lower(inverse, product);
  product.triangularView<Eigen::StrictlyUpper>() = product.transpose();
  EXPECT_LT((product - spd.inverse()).norm(), 1e-11);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Triangular, ::testing::Values(1, 2, 31, 33, 64, 65, 129, 200));

TEST(Triangular, RefusesWhatIsNotPositiveDefinite) {
  MatrixXd zero = MatrixXd::Zero(3, 3);
  EXPECT_FALSE(factorise(zero));
  MatrixXd nan = MatrixXd::Constant(2, 2, std::nan(""));
  EXPECT_FALSE(factorise(nan));
}

}  // namespace
}  // namespace automl::search::gp
