// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/covariance_adaptation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace automl::search {
namespace {

using Objective = std::function<double(const Eigen::VectorXd&)>;

// Evaluations until the value falls below `goal`; 0: never.
int evaluations_to(double goal, const Objective& objective, Eigen::Index n, int most) {
  CovarianceAdaptation shape(Eigen::VectorXd::Constant(n, 0.5), 0.2, 10);
  Random random(1);
  for (int done = 0; done < most;) {
    Eigen::MatrixXd points(n, shape.population());
    std::vector<double> values;
    for (Eigen::Index i = 0; i < shape.population(); ++i, ++done) {
      points.col(i) = shape.sample(random, Eigen::VectorXd::Zero(n));
      values.push_back(objective(points.col(i)));
      if (values.back() < goal) {
        return done + 1;
      }
    }
    std::vector<Eigen::Index> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
      return values[static_cast<std::size_t>(a)] < values[static_cast<std::size_t>(b)];
    });
    shape.update(points(Eigen::all, order));
  }
  return 0;
}

TEST(CovarianceAdaptation, SolvesTheSphereAndAnIllConditionedEllipsoid) {
  const Eigen::VectorXd best = Eigen::VectorXd::LinSpaced(6, 0.3, 0.7);
  const int sphere = evaluations_to(
      1e-10, [&](const auto& x) { return (x - best).squaredNorm(); }, 6, 5'000);
  EXPECT_GT(sphere, 0);
  EXPECT_LT(sphere, 1'500);
  const int ellipsoid = evaluations_to(
      1e-8,
      [&](const auto& x) {
        double sum = 0;
        for (Eigen::Index i = 0; i < 6; ++i) {
          // Rotated in pairs, axes of very different length.
          const double turned = (x(i) - best(i)) + (x((i + 1) % 6) - best((i + 1) % 6)) * 0.5;
          sum += std::pow(1e6, static_cast<double>(i) / 5) * turned * turned;
        }
        return sum;
      },
      6,
      20'000);
  EXPECT_GT(ellipsoid, 0);
  EXPECT_LT(ellipsoid, 8'000);
}

TEST(CovarianceAdaptation, WeightsFollowTheTutorial) {
  const CovarianceAdaptation shape(Eigen::VectorXd::Constant(4, 0.5), 0.2, 8);
  const Eigen::VectorXd& weights = shape.weights();
  EXPECT_NEAR(weights.head(4).sum(), 1, 1e-12);
  EXPECT_LT(weights(7), 0);
  for (Eigen::Index i = 1; i < 8; ++i) {
    EXPECT_LT(weights(i), weights(i - 1));
  }
  EXPECT_NEAR(shape.effective(), 1 / weights.head(4).squaredNorm(), 1e-12);
}

TEST(CovarianceAdaptation, SurvivesStrangeGenerations) {
  CovarianceAdaptation shape(Eigen::VectorXd::Constant(3, 0.5), 0.2, 6);
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    // All the same point, then points with missing coordinates, then the corners.
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double value = i % 3 == 0 ? 0.25 : i % 3 == 1 ? nan : i % 2;
    shape.update(Eigen::MatrixXd::Constant(3, 6, value));
    const Eigen::VectorXd point = shape.sample(random, Eigen::VectorXd::Constant(3, 0.1));
    ASSERT_TRUE(point.allFinite());
    ASSERT_GE(point.minCoeff(), 0);
    ASSERT_LE(point.maxCoeff(), 1);
  }
}

TEST(CovarianceAdaptation, KeepsTheLeastDeviation) {
  const CovarianceAdaptation shape(Eigen::VectorXd::Constant(2, 0.5), 1e-6, 6);
  Random random(1);
  double sum = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Eigen::VectorXd point = shape.sample(random, Eigen::Vector2d(0.1, 0));
    sum += std::pow(point(0) - 0.5, 2);
    EXPECT_NEAR(point(1), 0.5, 1e-4);
  }
  EXPECT_NEAR(std::sqrt(sum / 2'000), 0.1, 0.01);
}

}  // namespace
}  // namespace automl::search
