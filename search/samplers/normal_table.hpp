// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace automl::search {

// The normal distribution function by table and linear interpolation: absolute error under 1e-6,
// 10 times faster than std::erfc. Good enough wherever a mixture with a broad prior adds up masses.
class NormalTable {
 public:
  static const NormalTable& instance();

  double cdf(double z) const {
    const double place = (z + kReach) * kPerUnit;
    if (!(place > 0)) {
      return 0;
    }
    if (place >= static_cast<double>(kPoints)) {
      return 1;
    }
    const auto left = static_cast<std::size_t>(place);
    return values_[left] +
           (place - static_cast<double>(left)) * (values_[left + 1] - values_[left]);
  }
  // Mass between two points of a normal with this centre and width.
  double mass(double low, double high, double centre, double sigma) const {
    return cdf((high - centre) / sigma) - cdf((low - centre) / sigma);
  }

 private:
  NormalTable();

  static constexpr double kReach = 8;
  static constexpr double kPerUnit = 256;
  static constexpr std::size_t kPoints = 4096;
  std::array<double, kPoints + 1> values_;
};

}  // namespace automl::search
