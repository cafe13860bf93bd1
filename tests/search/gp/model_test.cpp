// SPDX-License-Identifier: Apache-2.0
#include "search/gp/model.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;

// Points of a plane, evenly spread.
class ModelTest : public ::testing::Test {
 protected:
  ModelTest() : space_({testing::real("x", -1, 1), testing::real("y", -1, 1)}, {}), map_(space_) {}

  void observe(const std::function<double(double, double)>& objective, int trials = 30) {
    std::vector<Observation> observations;
    for (int i = 0; i < trials; ++i) {
      const double x = 2 * std::fmod(0.5 + 0.7548776662466927 * i, 1.0) - 1;
      const double y = 2 * std::fmod(0.5 + 0.5698402909980532 * i, 1.0) - 1;
      Observation one;
      one.trial = i;
      one.configuration = Configuration{{x, y}};
      one.value = objective(x, y);
      series_.values.push_back(one.value);
      observations.push_back(one);
    }
    table_.read(observations);
  }

  Trained trained(const Effort& effort = {}) {
    Model model(map_, {});
    return *model.train(table_, series_, {}, effort);
  }

  SearchSpace space_;
  FeatureMap map_;
  ObservationTable table_{space_};
  Series series_;
};

TEST_F(ModelTest, MeasuresFromTheBestWhereValuesSpreadOverPowersOfTen) {
  observe([](double x, double y) { return std::exp(9 * (x * x + y * y - 0.2 * x)); });
  const OutputTransform plain(series_.values);
  const OutputTransform from_best(series_.values, OutputTransform::Kind::kFromBest);
  const Trained found = trained();
  for (const double value : series_.values) {
    EXPECT_EQ(found.transform(value), from_best(value));
  }
  EXPECT_NE(plain(series_.values.front()), from_best(series_.values.front()));
}

TEST_F(ModelTest, KeepsToThePlainTransformOtherwise) {
  observe([](double x, double y) { return std::sin(3 * x) + std::cos(2 * y); });
  const OutputTransform plain(series_.values);
  const Trained found = trained();
  for (const double value : series_.values) {
    EXPECT_EQ(found.transform(value), plain(value));
  }
}

TEST_F(ModelTest, DrawsInNoSmoothConstraintOfFewTrials) {
  series_.kind = OutputTransform::Kind::kConstraint;
  observe([](double x, double y) { return x * x + y * y - x * y - 0.5; });
  const OutputTransform linear(series_.values, OutputTransform::Kind::kLinearConstraint);
  const Trained found = trained();
  for (const double value : series_.values) {
    EXPECT_EQ(found.transform(value), linear(value));
  }
}

TEST_F(ModelTest, DrawsInConstraintsThatSpreadAndThoseOfManyTrials) {
  const auto smooth = [](double x, double y) { return x * x + y * y - x * y - 0.5; };
  const auto spread = [](double x, double y) { return std::sinh(9 * (x * x + y * y - x)); };
  series_.kind = OutputTransform::Kind::kConstraint;
  for (const auto& [constraint, trials] :
       {std::pair<std::function<double(double, double)>, int>(spread, 30), {smooth, 50}}) {
    series_.values.clear();
    observe(constraint, trials);
    const OutputTransform drawn_in(series_.values, OutputTransform::Kind::kConstraint);
    const Trained found = trained();
    for (const double value : series_.values) {
      EXPECT_EQ(found.transform(value), drawn_in(value));
    }
  }
}

TEST_F(ModelTest, TakesAShareOfTheLengthscalesWhereAsked) {
  observe([](double x, double y) { return std::sin(3 * x) + std::cos(2 * y); });
  const Trained likely = trained();
  const Trained doubted = trained({0, {}, 0.25});
  EXPECT_TRUE(doubted.weights.isApprox(4 * likely.weights));
  const Points between = Points::Constant(1, 2, 0.55);
  EXPECT_GT(doubted.surrogates.front().evaluate(between, false).variance(0),
            2 * likely.surrogates.front().evaluate(between, false).variance(0));
}

}  // namespace
}  // namespace automl::search::gp
