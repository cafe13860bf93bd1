// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/analysis/student_t.hpp"

namespace automl::search {
namespace {

double quantile(double confidence, double degrees) {
  return student_t_quantile(0.5 + confidence / 2, degrees);
}

Repeats repeats(const std::vector<double>& values, double confidence) {
  Repeats result;
  double scale = 0;  // so that nothing overflows
  for (const double value : values) {
    result.count += std::isfinite(value) ? 1 : 0;
    scale = std::isfinite(value) ? std::max(scale, std::abs(value)) : scale;
  }
  result.missing = values.size() - result.count;
  if (result.count == 0 || scale == 0) {
    return result;
  }
  const auto n = static_cast<double>(result.count);
  double mean = 0;
  for (const double value : values) {
    mean += std::isfinite(value) ? value / scale / n : 0;
  }
  double squares = 0;
  for (const double value : values) {
    squares += std::isfinite(value) ? (value / scale - mean) * (value / scale - mean) : 0;
  }
  result.mean = mean * scale;
  if (result.count > 1) {
    // Equal runs have no spread, whatever the rounding of their mean says.
    const double variance = squares / (n - 1);
    result.deviation = variance > 1e-30 ? std::sqrt(variance) * scale : 0;
    result.half_width = quantile(confidence, n - 1) * result.deviation / std::sqrt(n);
  }
  return result;
}

// Standard error of the difference and its degrees of freedom.
struct Error {
  double size = 0;
  double degrees = std::numeric_limits<double>::infinity();
};

Error error_of(const Repeats& winner, const Repeats& baseline) {
  const auto n = static_cast<double>(winner.count);
  const auto m = static_cast<double>(baseline.count);
  if (winner.count == 1 || baseline.count == 1) {
    const Repeats& known = winner.count == 1 ? baseline : winner;
    return {known.deviation * std::sqrt(1 / n + 1 / m), std::max(n, m) - 1};
  }
  const double top = std::max(winner.deviation, baseline.deviation);
  if (top == 0) {
    return {};
  }
  const double a = winner.deviation / top * (winner.deviation / top) / n;
  const double b = baseline.deviation / top * (baseline.deviation / top) / m;
  return {std::sqrt(a + b) * top, (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1))};
}

}  // namespace

RunComparison compare(const std::vector<double>& winner,
                      const std::vector<double>& baseline,
                      double confidence) {
  RunComparison result;
  result.winner = repeats(winner, confidence);
  result.baseline = repeats(baseline, confidence);
  if (result.winner.count == 0 || result.baseline.count == 0) {
    return result;
  }
  result.gain = result.baseline.mean - result.winner.mean;
  if (result.winner.count == 1 && result.baseline.count == 1) {
    return result;
  }
  const Error error = error_of(result.winner, result.baseline);
  if (error.size == 0) {
    result.interval = {result.gain, result.gain};
    result.probability_better = result.gain > 0 ? 1 : result.gain < 0 ? 0 : 0.5;
    return result;
  }
  const double reach = quantile(confidence, error.degrees) * error.size;
  result.interval = {result.gain - reach, result.gain + reach};
  result.probability_better = student_t_cdf(result.gain / error.size, error.degrees);
  return result;
}

}  // namespace automl::search
