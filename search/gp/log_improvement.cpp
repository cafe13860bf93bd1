// SPDX-License-Identifier: Apache-2.0
#include "search/gp/log_improvement.hpp"

#include <cmath>

namespace automl::search::gp {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kRootHalfPi = 1.25331413731550025121;
constexpr double kRootHalf = 0.70710678118654752440;

}  // namespace

double mills_ratio(double x) {
  if (x < 5) {
    return kRootHalfPi * std::exp(x * x / 2) * std::erfc(x * kRootHalf);
  }
  // 1 / (x + 1 / (x + 2 / (x + 3 / (x + …)))) (Abramowitz and Stegun, 26.2.14).
  double tail = x;
  for (int k = 40; k > 0; --k) {
    tail = x + k / tail;
  }
  return 1 / tail;
}

LogImprovement log_improvement(double z) {
  if (z > -1) {
    const double below = std::erfc(-z * kRootHalf) / 2;
    const double h = std::exp(-z * z / 2 - kHalfLogTwoPi) + z * below;
    return {std::log(h), below / h};
  }
  const double x = -z;
  const double log_density = -x * x / 2 - kHalfLogTwoPi;
  if (x > 100) {
    // h / phi = 1/x^2 - 3/x^4 + 15/x^6 - …
    const double y = 1 / (x * x);
    const double series = 1 + y * (-3 + y * (15 - 105 * y));
    return {log_density - 2 * std::log(x) + std::log(series),
            x * (1 + y * (-1 + y * (3 - 15 * y))) / series};
  }
  const double ratio = mills_ratio(x);
  const double rest = 1 - x * ratio;
  return {log_density + std::log(rest), ratio / rest};
}

}  // namespace automl::search::gp
