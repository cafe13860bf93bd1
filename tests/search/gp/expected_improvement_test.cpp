// SPDX-License-Identifier: Apache-2.0
#include "search/gp/expected_improvement.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kLogNoise = -6;

class ExpectedImprovementTest : public ::testing::Test {
 protected:
  ExpectedImprovementTest() : space_(search::testing::unit_cube(3)), map_(space_) {
    x_ = testing::random_points(space_, 15, 1);
    y_ = (x_.array() - 0.4).square().rowwise().sum() * 10;
  }

  ExpectedImprovement made(int models) {
    std::vector<Surrogate> surrogates;
    for (int m = 0; m < models; ++m) {
      Hyperparameters h = prior_mode(map_, {}, true);
      h.log_noise = kLogNoise;
      h.log_lengthscale += 0.3 * m;
      h.log_a += 0.1 * m;
      surrogates.push_back(*Surrogate::condition(map_, h, x_, y_, 1));
    }
    return ExpectedImprovement(std::move(surrogates));
  }

  SearchSpace space_;
  FeatureMap map_;
  Points x_;
  VectorXd y_;
};

TEST_F(ExpectedImprovementTest, ItsGradientIsItsDifference) {
  ExpectedImprovement acquisition = made(3);
  Random random(1);
  acquisition.imagine(Points::Constant(1, 3, 0.3), 8, true, random);
  acquisition.imagine(Points::Constant(1, 3, 0.6), 8, true, random);
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

TEST_F(ExpectedImprovementTest, IsTheMeanOfWhatIsGainedInSamples) {
  const ExpectedImprovement acquisition = made(1);
  const Points query = Points::Constant(1, 3, 0.42);
  Hyperparameters h = prior_mode(map_, {}, true);
  h.log_noise = kLogNoise;
  const Surrogate model = *Surrogate::condition(map_, h, x_, y_, 1);
  const Prediction at = predict({model}, query);
  const double best = model.fitted().minCoeff();
  Random random(2);
  double gain = 0;
  for (int i = 0; i < 200'000; ++i) {
    gain += std::max(best - at.mean - at.deviation * random.normal(), 0.0) / 200'000;
  }
  // Less the share that noise hides.
  const double noise = model.noise() * model.noise() / (model.noise() + 0.02);
  const double hidden = std::sqrt(noise / (at.deviation * at.deviation + noise));
  EXPECT_NEAR(std::exp(acquisition.values(query)(0)) / (gain * (1 - hidden)), 1, 0.02);
}

TEST_F(ExpectedImprovementTest, APendingTrialLowersItAround) {
  ExpectedImprovement acquisition = made(1);
  const Points query = Points::Constant(1, 3, 0.42);
  const Points far = Points::Constant(1, 3, 0.95);
  const double before = acquisition.values(query)(0);
  const double elsewhere = acquisition.values(far)(0);
  Random random(1);
  acquisition.imagine(query, 32, true, random);
  EXPECT_LT(acquisition.values(query)(0), before - 1);
  EXPECT_GT(acquisition.values(far)(0) - elsewhere, acquisition.values(query)(0) - before + 1);
}

TEST_F(ExpectedImprovementTest, IsFiniteWhereNothingCanBeGained) {
  y_ *= 1e6;
  const ExpectedImprovement acquisition = made(1);
  VectorXd values;
  Points gradients;
  acquisition.values(x_, values, gradients);
  EXPECT_TRUE(values.allFinite());
  EXPECT_TRUE(gradients.allFinite());
}

}  // namespace
}  // namespace automl::search::gp
