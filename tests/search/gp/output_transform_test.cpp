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

constexpr OutputTransform::Kind kKinds[] = {OutputTransform::Kind::kObjective,
                                            OutputTransform::Kind::kFromBest,
                                            OutputTransform::Kind::kTradeOff,
                                            OutputTransform::Kind::kConstraint,
                                            OutputTransform::Kind::kLinearConstraint};

TEST(OutputTransform, TellsTheLogOfItsSlope) {
  Random random(2);
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back(std::exp(3 * random.normal()) - 0.5);
  }
  for (const OutputTransform::Kind kind : kKinds) {
    const OutputTransform transform(values, kind);
    for (const double value : {-0.3, 0.01, 1.0, 4.0}) {
      const double step = 1e-6 * std::abs(value);
      const double slope = (transform(value + step) - transform(value - step)) / (2 * step);
      EXPECT_NEAR(transform.log_slope(value), std::log(slope), 1e-6) << static_cast<int>(kind);
    }
  }
  EXPECT_EQ(OutputTransform(values).log_slope(1e6), 0);  // as bad as anything is
}

// Values over ten powers of ten, as near the minimum of a steep valley.
TEST(OutputTransform, FromTheBestTellsGoodValuesApart) {
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) {
    values.push_back(7 + std::pow(10, -3 + i / 3.0));
  }
  const OutputTransform plain(values);
  const OutputTransform from_best(values, OutputTransform::Kind::kFromBest);
  EXPECT_GT(from_best(values[10]) - from_best(values[0]),
            2 * (plain(values[10]) - plain(values[0])));
  EXPECT_NEAR(from_best.inverse(from_best(values[5])), values[5], 1e-9);
}

TEST(OutputTransform, FromTheBestIsAsEverWhereManyAreTheBest) {
  const std::vector<double> values = {1, 1, 1, 1, 2, 3, 5, 1e6};
  const OutputTransform plain(values);
  const OutputTransform from_best(values, OutputTransform::Kind::kFromBest);
  for (const double value : values) {
    EXPECT_EQ(from_best(value), plain(value));
  }
}

TEST(OutputTransform, DrawsInNothingThatIsToStayApart) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 100, 200, 1e12};
  const OutputTransform plain(values, OutputTransform::Kind::kTradeOff);
  EXPECT_EQ(plain(100), plain(200));
  const OutputTransform apart(values, OutputTransform::Kind::kTradeOff, 200);
  EXPECT_GT(apart(200), apart(100) + 0.1);
  EXPECT_EQ(apart(200), apart(1e12));
}

// The search comes back to the end of the front with the best value.
TEST(OutputTransform, TellsTradeOffsApartWhereMostAreTheBest) {
  std::vector<double> values = {0.5, 0.6, 0.1, 0.9, 0.4, 0.7, 0.2};
  while (values.size() < 20) {
    values.push_back(1e-6 * static_cast<double>(values.size()));
  }
  const OutputTransform transform(values, OutputTransform::Kind::kTradeOff);
  EXPECT_GT(transform(0.9), transform(0.4) + 0.1);
}

TEST(OutputTransform, ConstraintsAreDrawnInOrLinear) {
  const std::vector<double> values = {-1, -0.5, 0.25, 1, 2, 900};
  const OutputTransform drawn_in(values, OutputTransform::Kind::kConstraint);
  const OutputTransform linear(values, OutputTransform::Kind::kLinearConstraint);
  EXPECT_NEAR(linear(900) - linear(450), linear(450) - linear(0), 1e-12);
  EXPECT_LT(drawn_in(900) - drawn_in(450), 0.2 * (drawn_in(450) - drawn_in(0)));
  for (const double value : values) {
    EXPECT_NEAR(linear.inverse(linear(value)), value, 1e-9);
    EXPECT_NEAR(drawn_in.inverse(drawn_in(value)), value, 1e-9);
  }
}

TEST(OutputTransform, ExtremeValuesStayFinite) {
  const std::vector<std::vector<double>> sets = {{5},
                                                 {5, 5, 5, 5, 5, 5},
                                                 {1e300, -1e300, 1e-300},
                                                 {1e-300, 2e-300, 5e-300, 3e-300, 4e-300},
                                                 {0, -0.0, 5e-324},
                                                 {1.7e308, -1.7e308, 0, 1, 2, 3}};
  for (const std::vector<double>& set : sets) {
    for (const OutputTransform::Kind kind : kKinds) {
      const OutputTransform transform(set, kind);
      for (const double value : set) {
        EXPECT_TRUE(std::isfinite(transform(value))) << value;
        EXPECT_TRUE(std::isfinite(transform.log_slope(value))) << value;
      }
      for (const double z : {-10.0, 0.0, 10.0}) {
        EXPECT_FALSE(std::isnan(transform.inverse(z)));
      }
    }
  }
}

}  // namespace
}  // namespace automl::search::gp
