// SPDX-License-Identifier: Apache-2.0
#include "search/gp/bounded_lbfgs.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// Each row on its own.
BatchObjective each(std::function<double(const VectorXd&, VectorXd&)> f) {
  return [f = std::move(f)](
             const std::vector<Index>&, const Points& points, VectorXd& values, Points& gradients) {
    for (Index i = 0; i < points.rows(); ++i) {
      VectorXd gradient(points.cols());
      values(i) = f(points.row(i).transpose(), gradient);
      gradients.row(i) = gradient;
    }
  };
}

double rosenbrock(const VectorXd& x, VectorXd& gradient) {
  const double a = x(1) - x(0) * x(0);
  gradient(0) = -400 * x(0) * a - 2 * (1 - x(0));
  gradient(1) = 200 * a;
  return 100 * a * a + (1 - x(0)) * (1 - x(0));
}

LbfgsOptions exact() {
  LbfgsOptions options;
  options.rounds = 500;
  options.gradient_tolerance = 1e-8;
  options.value_tolerance = 0;
  return options;
}

TEST(BoundedLbfgs, FindsTheValleyOfRosenbrockFromAllStarts) {
  Points starts(3, 2);
  starts << -1.2, 1, 0, -1.5, 1.9, 1.9;
  const Points low = Points::Constant(3, 2, -2);
  const Points high = Points::Constant(3, 2, 2);
  const Minima found = minimize(each(rosenbrock), starts, low, high, exact());
  for (Index i = 0; i < 3; ++i) {
    EXPECT_NEAR(found.points(i, 0), 1, 1e-5);
    EXPECT_NEAR(found.points(i, 1), 1, 1e-5);
  }
}

TEST(BoundedLbfgs, StopsAtTheBoundsAndLeavesFixedVariables) {
  const auto bowl = [](const VectorXd& x, VectorXd& gradient) {
    const VectorXd away = x - VectorXd::LinSpaced(4, -1, 2);
    const VectorXd weights = VectorXd::LinSpaced(4, 1, 1000);
    gradient = 2 * weights.cwiseProduct(away);
    return weights.dot(away.cwiseAbs2());
  };
  Points start = Points::Constant(1, 4, 0.5);
  Points low = Points::Zero(1, 4);
  Points high = Points::Ones(1, 4);
  low(0, 2) = high(0, 2) = 0.25;  // would go to 1
  const Minima found = minimize(each(bowl), start, low, high, exact());
  EXPECT_NEAR(found.points(0, 0), 0, 1e-8);
  EXPECT_NEAR(found.points(0, 1), 0, 1e-8);
  EXPECT_EQ(found.points(0, 2), 0.25);
  EXPECT_EQ(found.points(0, 3), 1);
}

TEST(BoundedLbfgs, SurvivesWhatIsNotANumber) {
  const auto cliff = [](const VectorXd& x, VectorXd& gradient) {
    gradient(0) = -1 / x(0) + 1;
    return x(0) > 0.5 ? std::log(-1.0) : x(0) - std::log(x(0));
  };
  const Minima found = minimize(
      each(cliff), Points::Constant(1, 1, 0.1), Points::Zero(1, 1), Points::Ones(1, 1), exact());
  EXPECT_GT(found.points(0, 0), 0.3);
  EXPECT_LE(found.points(0, 0), 0.5);
  const auto nowhere = [](const VectorXd&, VectorXd& gradient) {
    gradient(0) = 0;
    return std::numeric_limits<double>::quiet_NaN();
  };
  const Minima none = minimize(
      each(nowhere), Points::Constant(1, 1, 0.1), Points::Zero(1, 1), Points::Ones(1, 1), exact());
  EXPECT_TRUE(std::isinf(none.values(0)));
  EXPECT_EQ(none.points(0, 0), 0.1);
}

TEST(BoundedLbfgs, KeepsToItsRounds) {
  LbfgsOptions options = exact();
  options.rounds = 7;
  int calls = 0;
  const BatchObjective counted = [&](const std::vector<Index>& which,
                                     const Points& points,
                                     VectorXd& values,
                                     Points& gradients) {
    ++calls;
    each(rosenbrock)(which, points, values, gradients);
  };
  minimize(counted,
           Points::Constant(2, 2, -1),
           Points::Constant(2, 2, -2),
           Points::Constant(2, 2, 2),
           options);
  EXPECT_EQ(calls, 7);
}

}  // namespace
}  // namespace automl::search::gp
