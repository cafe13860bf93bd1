// SPDX-License-Identifier: Apache-2.0
#include "search/gp/confidence_bound.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// Two models of a bowl, with three imagined outcomes of a pending trial.
class ConfidenceBoundTest : public ::testing::Test {
 protected:
  ConfidenceBoundTest() : space_(search::testing::unit_cube(3)), map_(space_) {
    const Points x = testing::random_points(space_, 15, 1);
    const VectorXd y = (x.array() - 0.4).square().rowwise().sum() * 10;
    for (int m = 0; m < 2; ++m) {
      Hyperparameters h = prior_mode(map_, {}, true);
      h.log_lengthscale += 0.3 * m;
      models_.push_back(*Surrogate::condition(map_, h, x, y, 1));
      models_.back().replicate(3);
      models_.back().imagine(Points::Constant(1, 3, 0.3), VectorXd::LinSpaced(3, -1, 1));
    }
  }

  SearchSpace space_;
  FeatureMap map_;
  std::vector<Surrogate> models_;
};

TEST_F(ConfidenceBoundTest, ItsGradientIsItsDifference) {
  const ConfidenceBound acquisition(models_, 0.8);
  const Points queries = testing::random_points(space_, 10, 8);
  VectorXd values;
  Points gradients;
  acquisition.values(queries, values, gradients);
  EXPECT_LT((values - acquisition.values(queries)).cwiseAbs().maxCoeff(), 1e-12);
  for (Index q = 0; q < queries.rows(); ++q) {
    const VectorXd expected =
        testing::difference([&](const VectorXd& p) { return acquisition.values(p.transpose())(0); },
                            queries.row(q).transpose(),
                            1e-6);
    EXPECT_LT((gradients.row(q).transpose() - expected).norm(), 1e-4 * (1 + expected.norm()));
  }
}

TEST_F(ConfidenceBoundTest, IsSoManyDeviationsBelowTheMean) {
  const Points query = Points::Constant(1, 3, 0.8);
  double mean = 0;
  double deviation = 0;
  for (const Surrogate& model : models_) {
    const Surrogate::Evaluation at = model.evaluate(query, false);
    mean += at.mean.mean() / 2;
    deviation += std::sqrt(at.variance(0)) / 2;
  }
  EXPECT_NEAR(ConfidenceBound(models_, 0).values(query)(0), -mean, 1e-12);
  EXPECT_NEAR(ConfidenceBound(models_, 2).values(query)(0), 2 * deviation - mean, 1e-12);
}

}  // namespace
}  // namespace automl::search::gp
