// SPDX-License-Identifier: Apache-2.0
#include "search/space_encoding.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search {

namespace {

bool numeric(const Parameter& parameter) {
  return parameter.kind == Kind::kFloat || parameter.kind == Kind::kInt;
}

double step_of(const Parameter& parameter) {
  if (parameter.step > 0) {
    return parameter.step;
  }
  return parameter.kind == Kind::kInt ? 1 : 0;
}

// The range in which a stepped parameter's cells lie: half a step beyond both ends.
struct Span {
  double low;
  double high;
};

Span span_of(const Parameter& parameter) {
  const double half = step_of(parameter) / 2;
  const double cells =
      half > 0 ? std::floor((parameter.high - parameter.low) / (2 * half) + 1e-9) : 0;
  const double last = half > 0 ? parameter.low + cells * 2 * half : parameter.high;
  Span span{parameter.low - half, last + half};
  if (parameter.log) {
    // Half a step below the lower bound may reach zero; half the lower bound is as far as it goes.
    span.low = std::log(std::max(span.low, parameter.low / 2));
    span.high = std::log(span.high);
  }
  return span;
}

std::size_t count_of(const Parameter& parameter) {
  return parameter.kind == Kind::kBool ? 2 : parameter.choices;
}

}  // namespace

double encode(const Parameter& parameter, double value) {
  if (!numeric(parameter)) {
    return (value + 0.5) / static_cast<double>(count_of(parameter));
  }
  const Span span = span_of(parameter);
  if (!(span.high > span.low)) {
    return 0.5;
  }
  const double place = parameter.log ? std::log(value) : value;
  return std::clamp((place - span.low) / (span.high - span.low), 0.0, 1.0);
}

double decode(const Parameter& parameter, double unit) {
  unit = std::clamp(unit, 0.0, 1.0);
  if (!numeric(parameter)) {
    const auto count = static_cast<double>(count_of(parameter));
    return std::min(std::floor(unit * count), count - 1);
  }
  const Span span = span_of(parameter);
  if (!(span.high > span.low)) {
    return parameter.low;
  }
  const double place = span.low + unit * (span.high - span.low);
  double value = parameter.log ? std::exp(place) : place;
  const double step = step_of(parameter);
  if (step > 0) {
    const double last = std::floor((parameter.high - parameter.low) / step + 1e-9);
    value =
        parameter.low + std::clamp(std::round((value - parameter.low) / step), 0.0, last) * step;
  }
  return std::clamp(value, parameter.low, parameter.high);
}

std::vector<double> encode(const SearchSpace& space, const Configuration& configuration) {
  std::vector<double> unit(space.size(), kInactive);
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (configuration.active(i)) {
      unit[i] = encode(space[i], configuration.values[i]);
    }
  }
  return unit;
}

Configuration decode(const SearchSpace& space, const std::vector<double>& unit) {
  Configuration configuration{std::vector<double>(space.size(), kInactive)};
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!std::isnan(unit[i])) {
      configuration.values[i] = decode(space[i], unit[i]);
    }
  }
  return space.repair(std::move(configuration));
}

}  // namespace automl::search
