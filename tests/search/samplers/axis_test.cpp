// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "search/levels.hpp"
#include "search/random.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

Parameter logarithmic(double low, double high, double step) {
  Parameter p = testing::whole("n", low, high);
  p.log = true;
  p.step = step;
  return p;
}

// Logarithmic axes look their cells up; nothing else may come of that.
TEST(Axis, HasTheCellsOfTheParameter) {
  Random random(5);
  for (const Parameter& p : {logarithmic(1, 1000, 0),
                             logarithmic(1, 2, 0),
                             logarithmic(7, 7, 0),
                             logarithmic(16, 4096, 16),
                             logarithmic(1, 1e6, 0),
                             testing::whole("m", 1, 30),
                             testing::choice("c", 5)}) {
    const SearchSpace space({p}, {});
    const Axis axis(space, 0);
    const auto agrees = [&](double unit) {
      const std::size_t cell = level_at(p, unit);
      EXPECT_EQ(axis.cell(unit), cell) << p.high << " " << unit;
      EXPECT_EQ(axis.cell_low(cell), level_edge(p, cell));
      EXPECT_EQ(axis.cell_high(cell), level_edge(p, cell + 1));
      EXPECT_EQ(axis.snap(unit), level_middle(p, cell));
    };
    for (int i = 0; i < 2'000; ++i) {
      agrees(random.uniform());
    }
    for (std::size_t cell = 0; cell < std::min<std::size_t>(axis.cells, 1'100); ++cell) {
      const double edge = level_edge(p, cell);
      for (const double unit :
           {edge, std::nextafter(edge, -1), std::nextafter(edge, 2), level_middle(p, cell)}) {
        agrees(unit);
      }
    }
    for (const double unit : {-0.5, 0.0, 1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
      agrees(unit);
    }
  }
}

}  // namespace
}  // namespace automl::search
