// SPDX-License-Identifier: Apache-2.0
#include "search/gp/hypervolume_improvement.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/gp/fit.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

class HypervolumeImprovementTest : public ::testing::TestWithParam<int> {
 protected:
  HypervolumeImprovementTest() : space_(search::testing::unit_cube(2)), map_(space_) {
    x_ = testing::random_points(space_, 15, 1);
    for (int k = 0; k < GetParam(); ++k) {
      const VectorXd y = (x_.array() - 0.2 - 0.2 * k).square().rowwise().sum() * 4;
      models_.push_back(*Surrogate::condition(map_, prior_mode(map_, {}, false), x_, y, 1));
    }
    for (Index i = 0; i < x_.rows(); ++i) {
      all_.push_back(i);
    }
  }

  SearchSpace space_;
  FeatureMap map_;
  Points x_;
  std::vector<Surrogate> models_;
  std::vector<Index> all_;
};

TEST_P(HypervolumeImprovementTest, ItsGradientIsItsDifference) {
  HypervolumeImprovement acquisition(models_, all_);
  Random random(1);
  acquisition.imagine(Points::Constant(1, 2, 0.3), 3, true, random);
  acquisition.imagine(Points::Constant(1, 2, 0.6), 3, false, random);
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

TEST_P(HypervolumeImprovementTest, IsTheMeanOfWhatSamplesAdd) {
  const HypervolumeImprovement acquisition(models_, all_);
  std::vector<Point> front;
  for (const Index row : all_) {
    front.emplace_back();
    for (const Surrogate& model : models_) {
      front.back().push_back(model.fitted()(row, 0));
    }
  }
  const double before = hypervolume(front, acquisition.reference());
  const Points query = Points::Constant(1, 2, 0.35);
  Random random(2);
  constexpr int kSamples = 20'000;
  double gain = 0;
  front.emplace_back();
  for (int i = 0; i < kSamples; ++i) {
    front.back().clear();
    for (const Surrogate& model : models_) {
      const Prediction at = predict({model}, query);
      front.back().push_back(at.mean + at.deviation * random.normal());
    }
    gain += (hypervolume(front, acquisition.reference()) - before) / kSamples;
  }
  EXPECT_NEAR(std::exp(acquisition.values(query)(0)) / gain, 1, 0.06);
}

TEST_P(HypervolumeImprovementTest, IsFiniteFarFromTheFront) {
  for (Surrogate& model : models_) {
    const VectorXd y = VectorXd::LinSpaced(15, -1e6, 1e6);
    model = *Surrogate::condition(map_, prior_mode(map_, {}, false), x_, y, 1);
  }
  const HypervolumeImprovement acquisition(models_, all_);
  VectorXd values;
  Points gradients;
  acquisition.values(x_, values, gradients);
  EXPECT_TRUE(values.allFinite());
  EXPECT_TRUE(gradients.allFinite());
}

INSTANTIATE_TEST_SUITE_P(Objectives, HypervolumeImprovementTest, ::testing::Values(2, 3, 4));

}  // namespace
}  // namespace automl::search::gp
