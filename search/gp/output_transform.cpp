// SPDX-License-Identifier: Apache-2.0
#include "search/gp/output_transform.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search::gp {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;

constexpr double kLowest = -3;
constexpr double kHighest = 2;
constexpr Index kLooked = 300;
constexpr std::size_t kFewFirst = 8;
constexpr double kDistinct = 1e-9;  // deviations
constexpr double kNear = 0.35;      // this share of the values is within a unit of the best one
constexpr double kTail = 5;         // bad values are drawn in beyond this many (typical - best)

// Log likelihood of the exponent for standardised values (Yeo and Johnson, eq. 3.1).
double likelihood(const ArrayXd& x, double lambda) {
  ArrayXd y(x.size());
  double jacobian = 0;
  for (Index i = 0; i < x.size(); ++i) {
    y(i) = yeo_johnson(x(i), lambda);
    jacobian += (x(i) < 0 ? -1 : 1) * std::log1p(std::abs(x(i)));
  }
  const double variance = (y - y.mean()).square().mean();
  return -0.5 * static_cast<double>(x.size()) * std::log(variance + 1e-300) +
         (lambda - 1) * jacobian;
}

double bilog(double x) { return std::copysign(std::log1p(std::abs(x)), x); }

// Golden section; the likelihood has one maximum. Looks at evenly spaced ones of many (sorted)
// values.
double best_exponent(const ArrayXd& all) {
  const Index count = std::min<Index>(all.size(), kLooked);
  ArrayXd x(count);
  for (Index i = 0; i < count; ++i) {
    x(i) = all(i * all.size() / count);
  }
  constexpr double kGolden = 0.61803398874989484820;
  double low = kLowest;
  double high = kHighest;
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  double at_left = likelihood(x, left);
  double at_right = likelihood(x, right);
  for (int i = 0; i < 20; ++i) {
    if (at_left > at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - kGolden * (high - low);
      at_left = likelihood(x, left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + kGolden * (high - low);
      at_right = likelihood(x, right);
    }
  }
  return (low + high) / 2;
}

}  // namespace

double typical_value(const std::vector<double>& values, std::size_t first) {
  const std::size_t count = std::min(values.size(), first);
  std::vector<double> early(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
  const auto middle = early.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(early.begin(), middle, early.end());
  return *middle;
}

double yeo_johnson(double x, double lambda) {
  const double power = x >= 0 ? lambda : 2 - lambda;
  const double log = std::log1p(std::abs(x));
  const double y = std::abs(power) < 1e-12 ? log : std::expm1(power * log) / power;
  return x >= 0 ? y : -y;
}

double yeo_johnson_inverse(double y, double lambda) {
  const double power = y >= 0 ? lambda : 2 - lambda;
  const double size = std::abs(y);
  const double log =
      std::abs(power) < 1e-12 ? size : std::log1p(std::max(power * size, -1 + 1e-15)) / power;
  return y >= 0 ? std::expm1(log) : -std::expm1(log);
}

void OutputTransform::learn_constraint(const std::vector<double>& values) {
  std::vector<double> sizes;
  for (const double value : values) {
    sizes.push_back(std::abs(value));
  }
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  const double largest = *std::max_element(middle, sizes.end());
  unit_ = linear_ || *middle <= 1e-290 ? std::max(largest, 1e-290) : *middle;
  ArrayXd y(static_cast<Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    y(static_cast<Index>(i)) = of_constraint(values[i]);
  }
  mean_ = y.mean();
  const double deviation = std::sqrt((y - mean_).square().mean());
  deviation_ = deviation > 0 ? deviation : 1;
}

OutputTransform::OutputTransform(const std::vector<double>& values, Kind kind, double apart)
    : constraint_(kind == Kind::kConstraint || kind == Kind::kLinearConstraint),
      linear_(kind == Kind::kLinearConstraint) {
  if (constraint_) {
    learn_constraint(values);
    return;
  }
  ArrayXd y = Eigen::Map<const ArrayXd>(values.data(), static_cast<Index>(values.size()));
  unit_ = std::max(y.abs().maxCoeff(), 1e-290);
  y /= unit_;
  std::sort(y.data(), y.data() + y.size());
  const double best = y(0);
  // One of several objectives soon has its best value over and over, at one end of the front.
  const double typical =
      (kind == Kind::kTradeOff ? typical_value(values, kFewFirst) : typical_value(values)) / unit_;
  limit_ = typical > best ? typical + kTail * (typical - best) : y(y.size() - 1);
  limit_ = std::max(limit_, std::min(apart / unit_, y(y.size() - 1)));
  y = y.min(limit_);
  centre_ = y.mean();
  const double spread = std::sqrt((y - centre_).square().mean());
  spread_ = spread > 0 ? spread : 1;
  if (kind == Kind::kFromBest) {
    const double distance = y(static_cast<Index>(kNear * static_cast<double>(y.size()))) - best;
    if (distance > kDistinct * spread_) {
      centre_ = best;
      spread_ = distance;
    }
  }
  y = (y - centre_) / spread_;
  if (y.size() >= 5 && spread > 0) {
    lambda_ = best_exponent(y);
  }
  for (Index i = 0; i < y.size(); ++i) {
    y(i) = yeo_johnson(y(i), lambda_);
  }
  mean_ = y.mean();
  const double deviation = std::sqrt((y - mean_).square().mean());
  deviation_ = deviation > 0 ? deviation : 1;
}

double OutputTransform::of_constraint(double value) const {
  return linear_ ? value / unit_ : bilog(value / unit_);
}

double OutputTransform::standard(double value) const {
  return (std::min(value / unit_, limit_) - centre_) / spread_;
}

double OutputTransform::log_slope(double value) const {
  const double scale = std::log(unit_) + std::log(spread_) + std::log(deviation_);
  if (constraint_) {
    return (linear_ ? 0 : -std::log1p(std::abs(value / unit_))) - scale;
  }
  if (value / unit_ > limit_) {
    return 0;
  }
  return (lambda_ - 1) * bilog(standard(value)) - scale;
}

double OutputTransform::operator()(double value) const {
  if (constraint_) {
    return (of_constraint(value) - mean_) / deviation_;
  }
  return (yeo_johnson(standard(value), lambda_) - mean_) / deviation_;
}

double OutputTransform::inverse(double transformed) const {
  if (constraint_) {
    const double y = transformed * deviation_ + mean_;
    const double x = linear_ ? y : std::copysign(std::expm1(std::min(std::abs(y), 700.0)), y);
    return x * unit_;
  }
  const double standardised = yeo_johnson_inverse(transformed * deviation_ + mean_, lambda_);
  return (standardised * spread_ + centre_) * unit_;
}

}  // namespace automl::search::gp
