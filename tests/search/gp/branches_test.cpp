// SPDX-License-Identifier: Apache-2.0
#include "search/gp/branches.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "search/space_encoding.hpp"
#include "tests/search/gp/difference.hpp"

namespace automl::search::gp {
namespace {

using testing::mixed_space;

constexpr std::size_t kOptimizer = 3;  // parameters of mixed_space()
constexpr std::size_t kMomentum = 5;

Configuration with_optimizer(const SearchSpace& space, double optimizer, double x) {
  Configuration one = space.defaults();
  one.values[0] = x;
  one.values[kOptimizer] = optimizer;
  return space.repair(one);
}

Eigen::RowVectorXd unit_of(const SearchSpace& space, const Configuration& one) {
  const std::vector<double> unit = encode(space, one);
  return Eigen::Map<const Eigen::RowVectorXd>(unit.data(), static_cast<Eigen::Index>(unit.size()));
}

TEST(Branches, AreTheOtherValuesOfWhatOthersDependOn) {
  const SearchSpace space = mixed_space();
  ObservationTable table(space);
  table.read({{0, with_optimizer(space, 0, 0.1), Status::kComplete, 5},
              {1, with_optimizer(space, 2, 0.2), Status::kComplete, 7},
              {2, with_optimizer(space, 2, 0.3), Status::kComplete, 6},
              {3, with_optimizer(space, 1, 0.4), Status::kFailed, 0}});
  const auto branches =
      other_branches(table, space, unit_of(space, with_optimizer(space, 0, 0.1)), 4);
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].parameter, kOptimizer);
  EXPECT_EQ(branches[0].level, 1U);
  EXPECT_EQ(branches[0].trials, 0U);  // nothing is complete there
  EXPECT_EQ(branches[1].level, 2U);
  EXPECT_EQ(branches[1].trials, 2U);
  EXPECT_EQ(branches[1].best, 6);
  const auto impatient =
      other_branches(table, space, unit_of(space, with_optimizer(space, 0, 0.1)), 1);
  ASSERT_EQ(impatient.size(), 1U);  // one trial that failed is enough
  EXPECT_EQ(impatient[0].level, 2U);
}

TEST(Branches, AreTheOtherChoicesWhereNothingDependsOnAnything) {
  using namespace search::testing;
  const SearchSpace space({real("x", 0, 1), choice("c", 3), whole("n", 0, 4)}, {});
  ObservationTable table(space);
  table.read({{0, {{0.1, 0, 2}}, Status::kComplete, 1}, {1, {{0.2, 2, 3}}, Status::kComplete, 2}});
  const auto branches = other_branches(table, space, unit_of(space, {{0.1, 0, 2}}), 4);
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].parameter, 1U);
  EXPECT_EQ(branches[0].level, 1U);  // nothing is complete there
  EXPECT_EQ(branches[1].level, 2U);
}

TEST(Branches, OfNumbersAreNone) {
  const SearchSpace space = search::testing::unit_cube(2);
  EXPECT_TRUE(
      other_branches(ObservationTable(space), space, Eigen::RowVectorXd::Zero(2), 4).empty());
}

// The sum of the features.
class Sum : public Acquisition {
 public:
  Eigen::VectorXd values(const Points& features) const override { return features.rowwise().sum(); }
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override {
    values = features.rowwise().sum();
    gradients = Points::Ones(features.rows(), features.cols());
  }
};

TEST(WithinBranch, IsTheOtherAcquisitionInsideAndHopelessOutside) {
  const SearchSpace space = mixed_space();
  const FeatureMap map(space);
  Points unit(3, static_cast<Eigen::Index>(space.size()));
  for (int optimizer = 0; optimizer < 3; ++optimizer) {
    unit.row(optimizer) = unit_of(space, with_optimizer(space, optimizer, 0.3));
  }
  const Points features = map.features(unit);
  Sum sum;
  const WithinBranch within(sum, map, {kOptimizer, 1}, features.row(1));
  Eigen::VectorXd values;
  Points gradients;
  within.values(features, values, gradients);
  EXPECT_EQ(values, within.values(features));
  EXPECT_EQ(values(1), sum.values(features)(1));
  EXPECT_EQ(gradients.row(1), Eigen::RowVectorXd::Ones(features.cols()));
  for (const int outside : {0, 2}) {
    EXPECT_LT(values(outside), -1000);
    EXPECT_TRUE(gradients.row(outside).isZero());
  }
  EXPECT_FALSE(std::isnan(unit(1, kMomentum)));
}

}  // namespace
}  // namespace automl::search::gp
