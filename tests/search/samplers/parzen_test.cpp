// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/parzen.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "search/samplers/normal_table.hpp"
#include "search/space_encoding.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::choice;
using testing::real;
using testing::whole;

double phi(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

std::vector<Axis> axes_of(const SearchSpace& space) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < space.size(); ++i) {
    axes.emplace_back(space, i);
  }
  return axes;
}

Eigen::ArrayXXd column(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::ArrayXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

ParzenEstimator estimator(const std::vector<Axis>& axes, Eigen::ArrayXXd points) {
  Eigen::ArrayXd weights = Eigen::ArrayXd::Ones(points.rows());
  return {axes, std::move(points), std::move(weights), {}};
}

// Mean over a fine lattice of [0, 1].
double integral(const ParzenEstimator& density) {
  constexpr Eigen::Index kPoints = 20'000;
  const Eigen::ArrayXd x =
      (Eigen::ArrayXd::LinSpaced(kPoints, 0, static_cast<double>(kPoints - 1)) + 0.5) / kPoints;
  return density.log_density(x).exp().mean();
}

TEST(NormalTable, AgreesWithErfc) {
  for (double z = -9; z <= 9; z += 0.00137) {
    ASSERT_NEAR(NormalTable::instance().cdf(z), phi(z), 1e-6);
  }
  EXPECT_EQ(NormalTable::instance().cdf(-1e300), 0);
  EXPECT_EQ(NormalTable::instance().cdf(1e300), 1);
}

TEST(ParzenEstimator, IntegratesToOneOnALine) {
  const SearchSpace space = testing::unit_cube(1);
  const std::vector<Axis> axes = axes_of(space);
  EXPECT_NEAR(integral(estimator(axes, column({}))), 1, 1e-4);
  EXPECT_NEAR(integral(estimator(axes, column({0}))), 1, 1e-4);
  EXPECT_NEAR(integral(estimator(axes, column({0, 0.02, 0.5, 1}))), 1, 1e-4);
  EXPECT_NEAR(integral(estimator(axes, column(std::vector<double>(1'000, 0.003)))), 1, 1e-3);
}

TEST(ParzenEstimator, MassesOfCellsAndCategoriesAddUpToOne) {
  Parameter logarithmic = whole("n", 1, 300);
  logarithmic.log = true;
  Parameter stepped = real("s", 0, 1);
  stepped.step = 0.25;
  for (const Parameter& p : {choice("c", 30),
                             whole("n", 1, 5),
                             whole("m", 1, 500),
                             logarithmic,
                             stepped,
                             choice("one of two", 2)}) {
    const SearchSpace space({p}, {});
    const std::vector<Axis> axes = axes_of(space);
    for (const std::size_t count : {0, 1, 3, 40, 400}) {
      std::vector<double> points;
      for (std::size_t i = 0; i < count; ++i) {
        points.push_back(axes[0].snap(std::fmod(0.37 * static_cast<double>(i * i), 1)));
      }
      std::vector<double> all;
      for (std::size_t cell = 0; cell < axes[0].cells; ++cell) {
        all.push_back((axes[0].cell_low(cell) + axes[0].cell_high(cell)) / 2);
      }
      const ParzenEstimator density = estimator(axes, column(points));
      EXPECT_NEAR(density.log_density(column(all)).exp().sum(), 1, 3e-3) << p.name << " " << count;
    }
  }
}

// Everything by hand, in double precision, from the formulas in docs/algorithms/tpe.md.
TEST(ParzenEstimator, AgreesWithBruteForceInThreeDimensions) {
  const SearchSpace space({real("x", 0, 1), whole("n", 1, 4), choice("c", 3)}, {});
  const std::vector<Axis> axes = axes_of(space);
  Eigen::ArrayXXd points(3, 3);
  points << 0.1, 0.125, 1.0 / 6, 0.35, 0.375, 5.0 / 6, 0.9, 0.875, 5.0 / 6;
  const ParzenEstimator density = estimator(axes, points);
  Eigen::ArrayXXd at(4, 3);
  at << 0.2, 0.125, 1.0 / 6, 0.97, 0.625, 0.5, 0, 0.875, 5.0 / 6, 1, 0.375, 5.0 / 6;
  const Eigen::ArrayXd found = density.log_density(at);
  for (Eigen::Index row = 0; row < at.rows(); ++row) {
    double sum = 0;
    for (Eigen::Index k = 0; k <= 3; ++k) {
      const bool prior = k == 3;
      const double mu = prior ? 0.5 : points(k, 0);
      const double nu = prior ? 0.5 : points(k, 1);
      const double s = prior ? 1 : density.sigma(0);
      const double t = prior ? 1 : density.sigma(1);
      const double z = (at(row, 0) - mu) / s;
      const double line = std::exp(-z * z / 2) / (s * std::sqrt(2 * std::numbers::pi)) /
                          (phi((1 - mu) / s) - phi(-mu / s));
      const double cell =
          (phi((at(row, 1) + 0.125 - nu) / t) - phi((at(row, 1) - 0.125 - nu) / t)) /
          (phi((1 - nu) / t) - phi(-nu / t));
      const double e = 1.0 / 4;
      const bool same = !prior && std::abs(at(row, 2) - points(k, 2)) < 0.01;
      const double category = prior ? 1.0 / 3 : ((same ? 1 : 0) + e) / (1 + 3 * e);
      sum += line * cell * category / 4;
    }
    EXPECT_NEAR(found(row), std::log(sum), 2e-3) << row;
  }
}

// So many kernels that the masses of the wide cells are looked up by the cell of the kernel.
TEST(ParzenEstimator, AgreesWithBruteForceOnManyCellsOfUnequalWidths) {
  Parameter logarithmic = whole("n", 1, 1000);
  logarithmic.log = true;
  const SearchSpace space({logarithmic}, {});
  const std::vector<Axis> axes = axes_of(space);
  const auto middle = [&](std::size_t cell) {
    return (axes[0].cell_low(cell) + axes[0].cell_high(cell)) / 2;
  };
  std::vector<double> points;
  for (std::size_t i = 0; i < 4'200; ++i) {
    points.push_back(middle(i % 8 == 0 ? i * i % 997 : 20 + i * i % 21));
  }
  const ParzenEstimator density = estimator(axes, column(points));
  const double s = density.sigma(0);
  for (const std::size_t cell : {0, 1, 2, 5, 8, 11, 12, 40, 100, 999}) {
    const double low = axes[0].cell_low(cell);
    const double high = axes[0].cell_high(cell);
    const auto mass = [&](double mu, double width) {
      return (phi((high - mu) / width) - phi((low - mu) / width)) /
             (phi((1 - mu) / width) - phi(-mu / width));
    };
    double sum = mass(0.5, 1);
    for (const double point : points) {
      sum += mass(point, s);
    }
    const double found = density.log_density(column({middle(cell)}))(0);
    EXPECT_NEAR(found, std::log(sum / 4'201), 3e-3) << cell;
  }
}

TEST(ParzenEstimator, SamplesFollowTheDensity) {
  const SearchSpace space({whole("n", 1, 6), choice("c", 4)}, {});
  const std::vector<Axis> axes = axes_of(space);
  Eigen::ArrayXXd points(2, 2);
  points << encode(space[0], 2), encode(space[1], 3), encode(space[0], 6), encode(space[1], 0);
  const ParzenEstimator density = estimator(axes, points);
  Random random(11);
  constexpr int kDraws = 60'000;
  std::vector<double> counts(24);
  for (int i = 0; i < kDraws; ++i) {
    const Eigen::ArrayXd x = density.sample(random);
    counts[axes[0].cell(x(0)) * 4 + axes[1].cell(x(1))] += 1.0 / kDraws;
  }
  for (std::size_t cell = 0; cell < 24; ++cell) {
    Eigen::ArrayXXd at(1, 2);
    at << axes[0].snap((static_cast<double>(cell / 4) + 0.5) / 6),
        axes[1].snap((static_cast<double>(cell % 4) + 0.5) / 4);
    EXPECT_NEAR(counts[cell], std::exp(density.log_density(at)(0)), 0.005) << cell;
  }
}

TEST(ParzenEstimator, WidthsAreScottsWithAMagicClip) {
  const SearchSpace space = testing::unit_cube(2);
  const std::vector<Axis> axes = axes_of(space);
  const ParzenOptions defaults;
  EXPECT_DOUBLE_EQ(estimator(axes, Eigen::ArrayXXd::Zero(64, 2)).sigma(0),
                   defaults.width * std::pow(64, -1.0 / 6));
  EXPECT_DOUBLE_EQ(estimator(axes, Eigen::ArrayXXd::Zero(1, 2)).sigma(0), 0.5);
}

TEST(ParzenEstimator, SixtyDimensionsStayFinite) {
  const SearchSpace space = testing::unit_cube(60);
  const std::vector<Axis> axes = axes_of(space);
  const ParzenEstimator density = estimator(axes, Eigen::ArrayXXd::Zero(300, 60));
  const Eigen::ArrayXd far = density.log_density(Eigen::ArrayXXd::Ones(1, 60));
  EXPECT_TRUE(std::isfinite(far(0)));
}

}  // namespace
}  // namespace automl::search
