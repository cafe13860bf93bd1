// SPDX-License-Identifier: Apache-2.0
#include "search/gp/scalarisation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/pareto.hpp"

namespace automl::search::gp {
namespace {

constexpr double kAugmentation = 0.05;
constexpr double kMost = 1e9;  // extents; worse values count as this

// Halved, so that it is finite for the largest values.
double distance(double from, double to) { return to / 2 - from / 2; }

// What an objective is measured by.
struct Extent {
  double best = std::numeric_limits<double>::infinity();
  double worst = -std::numeric_limits<double>::infinity();

  void add(double value) {
    best = std::min(best, value);
    worst = std::max(worst, value);
  }
  double share(double value) const {
    const double whole = distance(best, worst);
    return whole > 0 ? std::min(distance(best, value) / whole, kMost) : 0;
  }
};

std::vector<Extent> extents(const ObservationTable& table) {
  RunningFront front;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.feasible(row)) {
      front.add(table.outcome(row));
    }
  }
  std::vector<Extent> all(table.objectives());
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (const Point& point : front.points()) {
      all[k].add(point[k]);
    }
    const bool same = !(all[k].best < all[k].worst);
    for (std::size_t row = 0; same && row < table.size(); ++row) {
      if (table.status(row) == Status::kComplete) {
        all[k].add(table.objective(row, k));
      }
    }
  }
  return all;
}

}  // namespace

std::vector<double> random_weights(std::size_t objectives, Random& random) {
  std::vector<double> weights(objectives);
  double sum = 0;
  for (double& weight : weights) {
    weight = -std::log1p(-random.uniform());  // exponential: shares of their sum are uniform
    sum += weight;
  }
  for (double& weight : weights) {
    weight = sum > 0 ? weight / sum : 1 / static_cast<double>(objectives);
  }
  return weights;
}

std::vector<double> chebyshev_values(const ObservationTable& table,
                                     const std::vector<double>& weights) {
  const std::vector<Extent> measures = extents(table);
  std::vector<double> values(table.size(), 0);
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.status(row) == Status::kComplete) {
      double most = -std::numeric_limits<double>::infinity();
      double sum = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const double share = weights[k] * measures[k].share(table.objective(row, k));
        most = std::max(most, share);
        sum += share;
      }
      values[row] = most + kAugmentation * sum;
    }
  }
  return values;
}

}  // namespace automl::search::gp
