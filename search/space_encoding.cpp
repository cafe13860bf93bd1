// SPDX-License-Identifier: Apache-2.0
#include "search/space_encoding.hpp"

#include <algorithm>
#include <cmath>

#include "search/levels.hpp"

namespace automl::search {
namespace {

double clamp_unit(double unit) { return unit > 0 ? std::min(unit, 1.0) : 0.0; }

double encode_continuous(const Parameter& p, double value) {
  if (p.log) {
    const double low = std::log(p.low);
    return clamp_unit((std::log(value) - low) / (std::log(p.high) - low));
  }
  // Halves, because high - low may overflow.
  return clamp_unit((value / 2 - p.low / 2) / (p.high / 2 - p.low / 2));
}

double decode_continuous(const Parameter& p, double unit) {
  if (unit <= 0 || unit >= 1) {
    return unit <= 0 ? p.low : p.high;
  }
  const double value = p.log ? std::exp(std::lerp(std::log(p.low), std::log(p.high), unit))
                             : std::lerp(p.low, p.high, unit);
  return std::clamp(value, p.low, p.high);
}

}  // namespace

double encode(const Parameter& p, double value) {
  const std::size_t count = levels(p);
  if (count == 0) {
    return encode_continuous(p, value);
  }
  return level_middle(p, level_of(p, value));
}

double decode(const Parameter& p, double unit) {
  const std::size_t count = levels(p);
  unit = clamp_unit(unit);
  return count == 0 ? decode_continuous(p, unit) : level_value(p, level_at(p, unit));
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
  Configuration configuration;
  configuration.values.reserve(space.size());
  for (std::size_t i = 0; i < space.size(); ++i) {
    configuration.values.push_back(std::isnan(unit[i]) ? kInactive : decode(space[i], unit[i]));
  }
  return space.repair(std::move(configuration));
}

}  // namespace automl::search
