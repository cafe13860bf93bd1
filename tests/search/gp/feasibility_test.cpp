// SPDX-License-Identifier: Apache-2.0
#include "search/gp/feasibility.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/gp/expected_improvement.hpp"
#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

TEST(LogProbability, IsExactFromOneTailToTheOther) {
  // Values of log Phi by 50 digits.
  EXPECT_NEAR(log_probability(0).value, std::log(0.5), 1e-15);
  EXPECT_NEAR(log_probability(1).value, -0.17275377902344990, 1e-14);
  EXPECT_NEAR(log_probability(-1).value, -1.8410216450092636, 1e-13);
  EXPECT_NEAR(log_probability(-10).value, -53.231285150512471, 1e-11);
  EXPECT_NEAR(log_probability(-40).value, -804.60844201375379, 1e-9);
  EXPECT_EQ(log_probability(40).value, 0);
  EXPECT_TRUE(std::isfinite(log_probability(-1e100).value));
}

TEST(LogProbability, ItsSlopeIsItsDifference) {
  for (const double z : {-30.0, -5.0, -1.0, -1e-3, 1e-3, 1.0, 5.0}) {
    const double step = 1e-5;
    const double difference =
        (log_probability(z + step).value - log_probability(z - step).value) / (2 * step);
    EXPECT_NEAR(log_probability(z).slope, difference, 1e-6 * (1 + std::abs(difference)));
  }
}

class FeasibleTest : public ::testing::Test {
 protected:
  FeasibleTest() : space_(search::testing::unit_cube(2)), map_(space_) {
    x_ = testing::random_points(space_, 20, 1);
    y_ = (x_.array() - 0.4).square().rowwise().sum() * 5;
    // Met left of 0.5 in the first coordinate.
    excess_ = (x_.col(0).array() - 0.5) * 3;
  }

  Surrogate conditioned(const VectorXd& values) const {
    Hyperparameters h = prior_mode(map_, {}, false);
    h.log_lengthscale.setConstant(-0.5);
    return *Surrogate::condition(map_, h, x_, values, 1);
  }

  Feasible made() const {
    std::vector<Index> all;
    for (Index i = 0; i < x_.rows(); ++i) {
      all.push_back(i);
    }
    auto wanted = std::make_unique<ExpectedImprovement>(std::vector{conditioned(y_)}, all);
    return {std::move(wanted), {{conditioned(excess_), 0}, {conditioned(-excess_), 0.6}}};
  }

  SearchSpace space_;
  FeatureMap map_;
  Points x_;
  VectorXd y_;
  VectorXd excess_;
};

TEST_F(FeasibleTest, ItsGradientIsItsDifference) {
  Feasible acquisition = made();
  Random random(1);
  acquisition.imagine(Points::Constant(1, 2, 0.3), 4, true, random);
  const Points queries = testing::random_points(space_, 10, 8);
  VectorXd values;
  Points gradients;
  acquisition.values(queries, values, gradients);
  EXPECT_LT((values - acquisition.values(queries)).cwiseAbs().maxCoeff(), 1e-8);
  for (Index q = 0; q < 10; ++q) {
    const VectorXd expected =
        testing::difference([&](const VectorXd& p) { return acquisition.values(p.transpose())(0); },
                            queries.row(q).transpose(),
                            1e-6);
    EXPECT_LT((gradients.row(q).transpose() - expected).norm(), 1e-4 * (1 + expected.norm()));
  }
}

TEST_F(FeasibleTest, KnowsWhereTheConstraintsAreMet) {
  const Feasible acquisition = made();
  Points queries(2, 2);
  queries << 0.4, 0.5, 0.9, 0.5;
  const VectorXd logs = acquisition.log_feasibility(queries);
  EXPECT_GT(logs(0), std::log(0.7));
  EXPECT_LT(logs(1), std::log(0.1));
}

}  // namespace
}  // namespace automl::search::gp
