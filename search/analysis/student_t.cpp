// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/student_t.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search {
namespace {

constexpr double kTiny = 1e-300;

// The continued fraction of the incomplete beta function, by the modified method of Lentz.
double beta_fraction(double x, double a, double b) {
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double result = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double factor = 1;
    for (const double step : {even, odd}) {
      d = 1 + step * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + step / c;
      c = std::abs(c) < kTiny ? kTiny : c;
      factor = c * d;
      result *= factor;
    }
    if (std::abs(factor - 1) < 1e-15) {
      break;
    }
  }
  return result;
}

double incomplete_beta(double x, double a, double b) {
  if (x <= 0 || x >= 1) {
    return x <= 0 ? 0 : 1;
  }
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                   : 1 - front * beta_fraction(1 - x, b, a) / b;
}

}  // namespace

double student_t_cdf(double t, double degrees) {
  if (std::isinf(t)) {
    return t < 0 ? 0 : 1;
  }
  const double outside = incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t < 0 ? outside / 2 : 1 - outside / 2;
}

double student_t_quantile(double probability, double degrees) {
  if (probability == 0.5) {
    return 0;
  }
  if (probability < 0.5) {
    return -student_t_quantile(1 - probability, degrees);
  }
  double high = 1;
  while (student_t_cdf(high, degrees) < probability && high < 1e300) {
    high *= 2;
  }
  double low = 0;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_t_cdf(middle, degrees) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace automl::search
