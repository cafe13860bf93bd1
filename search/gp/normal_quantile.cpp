// SPDX-License-Identifier: Apache-2.0
#include "search/gp/normal_quantile.hpp"

#include <cmath>

namespace automl::search::gp {
namespace {

constexpr double kRootHalf = 0.70710678118654752440;
constexpr double kRootTwoPi = 2.50662827463100050242;

// Abramowitz and Stegun, 26.2.23: absolute error below 4.5e-4, for tails up to one half.
double rough_tail(double tail) {
  const double t = std::sqrt(-2 * std::log(tail));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                 (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

}  // namespace

double normal_quantile(double probability) {
  const bool lower = probability < 0.5;
  const double tail = lower ? probability : 1 - probability;
  double x = rough_tail(tail);
  // Two steps of Halley's method on Q(x) = tail.
  for (int i = 0; i < 2; ++i) {
    const double error = (std::erfc(x * kRootHalf) / 2 - tail) * kRootTwoPi * std::exp(x * x / 2);
    x += error / (1 - x * error / 2);
  }
  return lower ? -x : x;
}

}  // namespace automl::search::gp
