// SPDX-License-Identifier: Apache-2.0
#include "search/gp/prior_mean.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/gp/model.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using search::testing::unit_cube;

double bowl(const Eigen::RowVectorXd& x) { return (x.array() - 0.4).square().sum(); }

class PriorMeanTest : public ::testing::Test {
 protected:
  PriorMeanTest() {
    PriorTask task;
    for (Index i = 0; i < x_.rows(); ++i) {
      const std::vector<double> values(x_.row(i).begin(), x_.row(i).end());
      task.observations.push_back({i, {values}, Status::kComplete, bowl(x_.row(i))});
    }
    models_.learn({task}, {}, {});
  }
  VectorXd targets(const Points& at, double sign) const {
    VectorXd values(at.rows());
    for (Index i = 0; i < at.rows(); ++i) {
      values(i) = sign * 10 * bowl(at.row(i));
    }
    return values;
  }

  SearchSpace space_ = unit_cube(3);
  FeatureMap map_{space_};
  Points x_ = testing::random_points(space_, 40, 1);
  Points own_ = testing::random_points(space_, 6, 2);
  Points queries_ = 0.05 + 0.9 * testing::random_points(space_, 5, 3).array();
  PriorModels models_{map_};
};

TEST_F(PriorMeanTest, HasNoAverageAtTheTrialsAndTheirShape) {
  const VectorXd z = targets(own_, 1);
  const auto mean = models_.mean_for(own_, z);
  ASSERT_NE(mean, nullptr);
  const VectorXd at = mean->values(own_);
  EXPECT_NEAR(at.mean(), 0, 1e-9);
  EXPECT_GT(at.dot((z.array() - z.mean()).matrix()), 0);
  EXPECT_EQ(models_.mean_for(own_, targets(own_, -1)), nullptr) << "the contrary is worth nothing";
  EXPECT_NE(models_.mean_for(own_.topRows(0), VectorXd()), nullptr) << "trusted before any trial";
}

TEST_F(PriorMeanTest, ItsGradientIsItsDifference) {
  const auto mean = models_.mean_for(own_, targets(own_, 1));
  const VectorXd weights = VectorXd::LinSpaced(queries_.rows(), -1, 2);
  Points gradients = Points::Zero(queries_.rows(), queries_.cols());
  mean->add_gradients(queries_, weights, gradients);
  for (Index q = 0; q < queries_.rows(); ++q) {
    const auto f = [&](const VectorXd& p) { return weights(q) * mean->values(p.transpose())(0); };
    const VectorXd expected = testing::difference(f, queries_.row(q).transpose());
    EXPECT_LT((gradients.row(q).transpose() - expected).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST_F(PriorMeanTest, ASurrogateReturnsToItAwayFromItsTrials) {
  const auto mean = models_.mean_for(own_, targets(own_, 1));
  Hyperparameters h = prior_mode(map_, {}, false);
  h.log_lengthscale.setConstant(std::log(0.01));
  const VectorXd y = VectorXd::LinSpaced(own_.rows(), -1, 1);
  Surrogate surrogate = *Surrogate::condition(map_, h, own_, y, 1e-9, mean);
  EXPECT_LT((surrogate.evaluate(queries_, false).mean - mean->values(queries_)).norm(), 1e-3);
  EXPECT_LT((surrogate.fitted() - surrogate.evaluate(own_, false).mean).norm(), 1e-9);
  surrogate.replicate(2);
  surrogate.imagine(queries_.row(0), VectorXd::LinSpaced(2, -1, 1));
  const auto grown = surrogate.evaluate(queries_.topRows(1), false);
  EXPECT_LT((surrogate.fitted().bottomRows(1) - grown.mean).norm(), 1e-9);
  const Points inner = queries_.topRows(2);
  const auto at = surrogate.evaluate(inner, true);
  const MatrixXd by_mean = MatrixXd::Ones(2, 2);
  const Points gradient = surrogate.gradient(at, by_mean, VectorXd::Zero(2));
  for (Index q = 0; q < 2; ++q) {
    const auto f = [&](const VectorXd& p) {
      return surrogate.evaluate(p.transpose(), false).mean.sum();
    };
    const VectorXd expected = testing::difference(f, inner.row(q).transpose(), 1e-6);
    EXPECT_LT((gradient.row(q).transpose() - expected).cwiseAbs().maxCoeff(), 1e-4);
  }
}

TEST_F(PriorMeanTest, GoesOnWhereTimeWasUp) {
  PriorTask task;
  task.observations.push_back({0, {{0.5, 0.5, 0.5}}, Status::kComplete, 0});
  models_.learn({task, task}, {}, {1, [] { return true; }});
  EXPECT_TRUE(models_.empty());
  int asked = 0;
  models_.learn({task, task}, {}, {1, [&] { return asked++ == 1; }});
  EXPECT_FALSE(models_.empty());
  EXPECT_DOUBLE_EQ(models_.trust(own_.topRows(0), VectorXd()), 0.8);
  models_.learn({task, task}, {}, {});
  EXPECT_DOUBLE_EQ(models_.trust(own_.topRows(0), VectorXd()), 1.6);
}

TEST_F(PriorMeanTest, TasksWithoutACompleteTrialAreLeftOut) {
  PriorTask failed;
  failed.observations.push_back({0, {{0.5, 0.5, 0.5}}, Status::kFailed, 0});
  models_.learn({failed}, {}, {});
  EXPECT_TRUE(models_.empty());
  models_.learn({}, {}, {});
  EXPECT_EQ(models_.mean_for(own_, targets(own_, 1)), nullptr);
}

}  // namespace
}  // namespace automl::search::gp
