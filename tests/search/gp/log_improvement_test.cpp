// SPDX-License-Identifier: Apache-2.0
#include "search/gp/log_improvement.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace automl::search::gp {
namespace {

struct Reference {
  double z;
  double value;
  double slope;
};

constexpr std::array<Reference, 12> kReferences = {{
    {3.0, 1.0987396653277078, 0.33284096845179524},
    {0.0, -0.91893853320467274, 1.2533141373155003},
    {-0.5, -1.6205162643873199, 1.5598731483480797},
    {-1.0, -2.4851210257126413, 1.9042712333296918},
    {-1.0001, -2.4853114564458834, 1.9043434317165274},
    {-2.0, -4.7687835239171142, 2.679416883955586},
    {-5.0, -16.74430116266099, 5.3618162412880885},
    {-10.0, -55.553122036122356, 10.194383033412553},
    {-50.0, -1258.7441828684609, 50.039952133872655},
    {-99.0, -4910.6094842154551, 99.020195840953121},
    {-101.0, -5110.649473554864, 101.01979616064943},
    {-1000.0, -500014.73445209116, 1000.001999994},
}};

TEST(LogImprovement, AgreesWithManyDigits) {
  for (const Reference& one : kReferences) {
    const LogImprovement found = log_improvement(one.z);
    EXPECT_NEAR(found.value, one.value, 1e-10 * (1 + std::abs(one.value))) << one.z;
    EXPECT_NEAR(found.slope, one.slope, 1e-8 * one.slope) << one.z;
  }
}

TEST(LogImprovement, IsSmoothAndIncreasingEverywhere) {
  double last = log_improvement(-1e8).value;
  EXPECT_TRUE(std::isfinite(last));
  for (const double z : {-1e6, -1e3, -100.1, -99.9, -5.1, -4.9, -1.1, -0.9, 0.0, 1.0, 30.0, 1e10}) {
    const LogImprovement found = log_improvement(z);
    EXPECT_GT(found.value, last) << z;
    EXPECT_TRUE(std::isfinite(found.slope) && found.slope > 0) << z;
    last = found.value;
  }
  EXPECT_TRUE(std::isfinite(log_improvement(-1e150).value));
}

TEST(MillsRatio, AgreesWithManyDigits) {
  EXPECT_NEAR(mills_ratio(0), 1.2533141373155003, 1e-15);
  EXPECT_NEAR(mills_ratio(4.999999), mills_ratio(5.000001), 1e-7);
  EXPECT_NEAR(mills_ratio(1e9), 1e-9, 1e-23);
}

}  // namespace
}  // namespace automl::search::gp
