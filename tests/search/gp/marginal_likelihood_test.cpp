// SPDX-License-Identifier: Apache-2.0
#include "search/gp/marginal_likelihood.hpp"

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

Hyperparameters some(const FeatureMap& map, bool warped) {
  Hyperparameters h = prior_mode(map, {}, warped);
  const VectorXd noise = testing::random_normals(pack(h).size(), 3);
  return unpack(pack(h) + 0.3 * noise, map.dimensions());
}

MatrixXd covariance(const FeatureMap& map, const Points& x, const Hyperparameters& h) {
  const Points z = Scaling(map, h).apply(x);
  MatrixXd k(x.rows(), x.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < x.rows(); ++j) {
      const double r = std::sqrt(5.0) * (z.row(i) - z.row(j)).norm();
      k(i, j) = std::exp(h.log_scale) * (1 + r + r * r / 3) * std::exp(-r) +
                (i == j ? std::exp(h.log_noise) : 0);
    }
  }
  return k;
}

TEST(MarginalLikelihood, ItsGradientIsItsDifference) {
  const SearchSpace mixed = testing::mixed_space();
  const SearchSpace cube = search::testing::unit_cube(5);
  for (const SearchSpace* space : {&mixed, &cube}) {
    const FeatureMap map(*space);
    for (const bool warped : {false, true}) {
      const Points x = map.features(testing::random_points(*space, 30, 1));
      const MarginalLikelihood f(map, x, testing::random_normals(30, 2), {});
      const VectorXd at = pack(some(map, warped));
      VectorXd gradient;
      const double value = f(at, &gradient);
      EXPECT_NEAR(value, f(at, nullptr), 1e-9);
      const VectorXd expected =
          testing::difference([&](const VectorXd& p) { return f(p, nullptr); }, at);
      EXPECT_LT((gradient - expected).cwiseAbs().maxCoeff(), 2e-6) << warped;
    }
  }
}

TEST(MarginalLikelihood, IsTheDensityWorkedOutDirectly) {
  const SearchSpace space = testing::mixed_space();
  const FeatureMap map(space);
  const Points x = map.features(testing::random_points(space, 12, 1));
  const VectorXd y = testing::random_normals(12, 2);
  const Hyperparameters h = some(map, true);
  const MarginalLikelihood f(map, x, y, {});
  const MarginalLikelihood zero(map, x, VectorXd::Zero(12), {});
  const MatrixXd k = covariance(map, x, h);
  const VectorXd ones = VectorXd::Ones(12);
  const double mean = ones.dot(k.inverse() * y) / (ones.dot(k.inverse() * ones) + 1);
  const VectorXd rest = y.array() - mean;
  // The prior and the determinant are the same in both.
  EXPECT_NEAR(f(pack(h), nullptr) - zero(pack(h), nullptr),
              0.5 * rest.dot(k.inverse() * rest) + 0.5 * mean * mean,
              1e-9);
}

TEST(MarginalLikelihood, LeaveOneOutIsWhatLeavingOneOutGives) {
  const SearchSpace space = search::testing::unit_cube(2);
  const FeatureMap map(space);
  const Points x = testing::random_points(space, 8, 1);
  const VectorXd y = testing::random_normals(8, 2);
  const Hyperparameters h = some(map, false);
  Prior prior;
  prior.mean_variance = 1e-12;  // a known mean of 0
  const MatrixXd k = covariance(map, x, h);
  double expected = 0;
  for (Index out = 0; out < 8; ++out) {
    std::vector<Index> rest;
    for (Index i = 0; i < 8; ++i) {
      if (i != out) {
        rest.push_back(i);
      }
    }
    const MatrixXd inverse = MatrixXd(k(rest, rest)).inverse();
    const VectorXd cross = k(rest, out);
    const double mean = cross.dot(inverse * y(rest));
    const double variance = k(out, out) - cross.dot(inverse * cross);
    expected += -0.5 * std::log(2 * M_PI * variance) - std::pow(y(out) - mean, 2) / (2 * variance);
  }
  EXPECT_NEAR(MarginalLikelihood(map, x, y, prior).leave_one_out(h), expected, 1e-6);
}

TEST(MarginalLikelihood, DuplicatesWithoutNoiseAreAnswered) {
  const SearchSpace space = search::testing::unit_cube(2);
  const FeatureMap map(space);
  Hyperparameters h = prior_mode(map, {}, false);
  h.log_noise = -80;
  const MarginalLikelihood f(map, Points::Constant(6, 2, 0.5), testing::random_normals(6, 2), {});
  VectorXd gradient;
  EXPECT_FALSE(std::isnan(f(pack(h), &gradient)));
}

TEST(LengthscalePrior, GrowsWithTheDimensionsForNumbersOnly) {
  const Prior prior;
  const SearchSpace cube = search::testing::unit_cube(9);
  const LogNormal number = lengthscale_prior(FeatureMap(cube), prior, 4);
  EXPECT_NEAR(number.mu, prior.lengthscale.mu + std::log(3.0), 1e-12);
  EXPECT_EQ(number.sigma, prior.lengthscale.sigma);
  const SearchSpace space = testing::mixed_space();
  const FeatureMap map(space);
  const std::size_t optimizer = 3;
  ASSERT_TRUE(map.nominal(optimizer));
  EXPECT_EQ(lengthscale_prior(map, prior, optimizer).mu, prior.nominal_lengthscale.mu);
  EXPECT_EQ(lengthscale_prior(map, prior, optimizer).sigma, prior.nominal_lengthscale.sigma);
  const Hyperparameters mode = prior_mode(map, prior, false);
  EXPECT_EQ(mode.log_lengthscale(0), lengthscale_prior(map, prior, 0).log_mode());
  const LogNormal few = lengthscale_prior(FeatureMap(cube), sparse(prior), 4);
  EXPECT_NEAR(few.mu, prior.sparse_lengthscale.mu + std::log(3.0), 1e-12);
  EXPECT_EQ(lengthscale_prior(map, sparse(prior), optimizer).mu, prior.nominal_lengthscale.mu);
}

TEST(Fit, RecoversWhichParametersMatter) {
  const SearchSpace space = search::testing::unit_cube(4);
  const FeatureMap map(space);
  const Points x = testing::random_points(space, 60, 5);
  const VectorXd y = (6 * x.col(1).array()).sin();
  MarginalLikelihood likelihood(map, x, y, {});
  const Fit found = fit(map, likelihood, {60, false}, std::nullopt);
  const auto& l = found.hyperparameters.log_lengthscale;
  EXPECT_LT(l(1), 0.5);
  for (const Index other : {0, 2, 3}) {
    EXPECT_GT(l(other), l(1) + 1.5);
  }
  EXPECT_LT(found.hyperparameters.log_noise, -6);
  EXPECT_LT(found.value, likelihood(pack(prior_mode(map, {}, false)), nullptr));
}

TEST(Fit, SamplesStayAroundTheMostProbable) {
  const SearchSpace space = search::testing::unit_cube(2);
  const FeatureMap map(space);
  const Points x = testing::random_points(space, 15, 5);
  MarginalLikelihood likelihood(map, x, (5 * x.col(0).array()).sin(), {});
  const Fit best = fit(map, likelihood, {60, false}, std::nullopt);
  Random random(1);
  const auto drawn = sample(map, likelihood, best.hyperparameters, 20, 3, random);
  ASSERT_EQ(drawn.size(), 20u);
  double total = 0;
  for (const Hyperparameters& one : drawn) {
    const double value = likelihood(pack(one), nullptr);
    EXPECT_LT(value, best.value + 25);
    total += value - best.value;
  }
  // About half a unit a hyperparameter.
  EXPECT_GT(total / 20, 0.3);
  EXPECT_LT(total / 20, 8);
}

}  // namespace
}  // namespace automl::search::gp
