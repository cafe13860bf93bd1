// SPDX-License-Identifier: Apache-2.0
#include "search/gp/normal_quantile.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace automl::search::gp {
namespace {

TEST(NormalQuantile, InvertsTheDistributionFunction) {
  for (const double p : {1e-12, 1e-4, 0.01, 0.2, 0.4999, 0.5, 0.7, 0.999, 1 - 1e-9}) {
    const double x = normal_quantile(p);
    EXPECT_NEAR(std::erfc(-x / std::sqrt(2.0)) / 2, p, 1e-13 + 1e-11 * p) << p;
  }
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
}

}  // namespace
}  // namespace automl::search::gp
