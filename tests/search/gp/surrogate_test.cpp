// SPDX-License-Identifier: Apache-2.0
#include "search/gp/surrogate.hpp"

#include <cmath>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class SurrogateTest : public ::testing::Test {
 protected:
  SurrogateTest() : space_(testing::mixed_space()), map_(space_) {
    h_ = prior_mode(map_, {}, true);
    h_ = unpack(pack(h_) + 0.3 * testing::random_normals(pack(h_).size(), 9), map_.dimensions());
    x_ = map_.features(testing::random_points(space_, 20, 1));
    y_ = testing::random_normals(20, 2);
    queries_ = map_.features(testing::random_points(space_, 6, 3));
  }

  MatrixXd cross(const Points& a, const Points& b) const {
    Eigen::ArrayXXd k;
    matern(squared_distances(Scaling(map_, h_).apply(a), Scaling(map_, h_).apply(b)), k);
    return std::exp(h_.log_scale) * k.matrix();
  }

  Surrogate made(const Points& x, const VectorXd& y) const {
    return *Surrogate::condition(map_, h_, x, y, 1);
  }

  SearchSpace space_;
  FeatureMap map_;
  Hyperparameters h_;
  Points x_;
  VectorXd y_;
  Points queries_;
};

TEST_F(SurrogateTest, AgreesWithTheDenseFormulas) {
  MatrixXd k = cross(x_, x_);
  k.diagonal().array() += std::exp(h_.log_noise);
  const MatrixXd inverse = k.inverse();
  const VectorXd ones = VectorXd::Ones(20);
  const double mean = ones.dot(inverse * y_) / (ones.dot(inverse * ones) + 1);
  const MatrixXd c = cross(queries_, x_);
  const VectorXd expected = (c * (inverse * (y_.array() - mean).matrix())).array() + mean;
  const VectorXd variance =
      std::exp(h_.log_scale) - (c * inverse).cwiseProduct(c).rowwise().sum().array();
  const auto at = made(x_, y_).evaluate(queries_, false);
  EXPECT_LT((at.mean - expected).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT((at.variance - variance).cwiseAbs().maxCoeff(), 1e-9);
  const auto own = made(x_, y_).evaluate(x_, false);
  EXPECT_LT((made(x_, y_).fitted() - own.mean).cwiseAbs().maxCoeff(), 1e-9);
}

TEST_F(SurrogateTest, ItsGradientIsItsDifference) {
  Surrogate surrogate = made(x_, y_);
  surrogate.replicate(3);
  surrogate.imagine(queries_.row(5), VectorXd::LinSpaced(3, -1, 1));
  const Points inner = 0.05 + 0.9 * queries_.topRows(4).array();
  MatrixXd by_mean(4, 3);
  by_mean << 1, -2, 0.5, 0, 1, 0, 2, 2, 2, -1, 0, 1;
  const VectorXd by_variance = VectorXd::LinSpaced(4, -1, 2);
  const auto at = surrogate.evaluate(inner, true);
  const Points gradient = surrogate.gradient(at, by_mean, by_variance);
  for (Index q = 0; q < 4; ++q) {
    const auto f = [&](const VectorXd& p) {
      const auto e = surrogate.evaluate(p.transpose(), false);
      return e.mean.row(0).dot(by_mean.row(q)) + e.variance(0) * by_variance(q);
    };
    const VectorXd expected = testing::difference(f, inner.row(q).transpose());
    EXPECT_LT((gradient.row(q).transpose() - expected).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST_F(SurrogateTest, ImaginingIsConditioningOnOneMore) {
  Surrogate grown = made(x_.topRows(17), y_.head(17));
  VectorXd imagined = y_.head(17);
  for (Index i = 17; i < 20; ++i) {
    const auto before = grown.evaluate(x_.row(i), false);
    const double normal = 0.7 * static_cast<double>(i - 18);
    imagined.conservativeResize(i + 1);
    imagined(i) =
        before.mean(0, 0) + normal * std::sqrt(before.variance(0) + std::exp(h_.log_noise));
    grown.imagine(x_.row(i), VectorXd::Constant(1, normal));
  }
  ASSERT_EQ(grown.size(), 20);
  const Surrogate whole = made(x_, imagined);
  const auto a = grown.evaluate(queries_, false);
  const auto b = whole.evaluate(queries_, false);
  EXPECT_LT((a.variance - b.variance).cwiseAbs().maxCoeff(), 1e-9);
  // The constant mean was estimated before imagining.
  EXPECT_LT((a.mean - b.mean).cwiseAbs().maxCoeff(), 0.05);
}

TEST_F(SurrogateTest, ScenariosAtTheirMeanDoNotMoveTheMean) {
  Surrogate surrogate = made(x_, y_);
  const auto before = surrogate.evaluate(queries_, false);
  surrogate.replicate(4);
  surrogate.imagine(queries_.row(0), VectorXd::Zero(4));
  const auto after = surrogate.evaluate(queries_, false);
  EXPECT_EQ(after.mean.cols(), 4);
  EXPECT_LT((after.mean.col(3) - before.mean.col(0)).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT(after.variance(0), 0.1 * before.variance(0) + 2 * surrogate.noise());
}

TEST_F(SurrogateTest, RefusesASingularCovariance) {
  h_.log_noise = -100;
  EXPECT_FALSE(Surrogate::condition(map_, h_, x_.row(0).replicate(5, 1), y_.head(5), 1));
}

}  // namespace
}  // namespace automl::search::gp
