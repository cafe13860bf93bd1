// SPDX-License-Identifier: Apache-2.0
#include "search/gp/output_transform.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/random.hpp"

namespace automl::search::gp {
namespace {

TEST(YeoJohnson, IsInvertedAndIncreasing) {
  for (const double lambda : {-2.0, -0.5, 0.0, 0.5, 1.0, 1.7, 2.0}) {
    double last = -1e300;
    for (const double x : {-50.0, -3.0, -1e-9, 0.0, 1e-9, 0.5, 20.0}) {
      const double y = yeo_johnson(x, lambda);
      EXPECT_GT(y, last);
      EXPECT_NEAR(yeo_johnson_inverse(y, lambda), x, 1e-9 * (1 + std::abs(x)));
      last = y;
    }
  }
  EXPECT_EQ(yeo_johnson(3, 1), 3);
  EXPECT_NEAR(yeo_johnson(3, 0), std::log(4), 1e-15);
}

TEST(OutputTransform, KeepsTheOrderAndGoesBack) {
  Random random(1);
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) {
    values.push_back(std::exp(random.normal()));
  }
  const OutputTransform transform(values);
  EXPECT_LT(transform.exponent(), 0.5);  // skewed to the bad side
  std::sort(values.begin(), values.end());
  double mean = 0;
  double square = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double z = transform(values[i]);
    mean += z / 60;
    square += z * z / 60;
    if (i > 0) {
      EXPECT_GE(z, transform(values[i - 1]));
    }
    if (i < 50) {
      EXPECT_NEAR(transform.inverse(z), values[i], 1e-9 * values[i]);
    }
  }
  EXPECT_NEAR(mean, 0, 1e-9);
  EXPECT_NEAR(square, 1, 1e-9);
}

TEST(OutputTransform, OneBadOutlierDoesNotFlattenTheRest) {
  const OutputTransform transform({1, 2, 3, 4, 5, 6, 7, 1e12});
  EXPECT_GT(transform(7) - transform(1), 1.5);
  EXPECT_EQ(transform(1e12), transform(1e15));
}

TEST(OutputTransform, ExtremeValuesStayFinite) {
  const std::vector<std::vector<double>> sets = {{5},
                                                 {5, 5, 5, 5, 5, 5},
                                                 {1e300, -1e300, 1e-300},
                                                 {1e-300, 2e-300, 5e-300, 3e-300, 4e-300},
                                                 {0, -0.0, 5e-324},
                                                 {1.7e308, -1.7e308, 0, 1, 2, 3}};
  for (const std::vector<double>& set : sets) {
    const OutputTransform transform(set);
    for (const double value : set) {
      EXPECT_TRUE(std::isfinite(transform(value))) << value;
    }
    for (const double z : {-10.0, 0.0, 10.0}) {
      EXPECT_FALSE(std::isnan(transform.inverse(z)));
    }
  }
}

}  // namespace
}  // namespace automl::search::gp
