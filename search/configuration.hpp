// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace automl::search {

// Stands for "this parameter is inactive here".
inline constexpr double kInactive = std::numeric_limits<double>::quiet_NaN();

// One point of a search space, in native units, one entry per parameter in the order of the space:
// the number itself for float and int, the index into the choices for categorical, ordinal and
// fixed, 0 or 1 for bool, kInactive for a parameter whose conditions do not hold.
struct Configuration {
  std::vector<double> values;

  bool active(std::size_t parameter) const { return !std::isnan(values[parameter]); }
  // It has no place in the space: one of a trial that was proposed in another one.
  bool outside() const { return values.empty(); }
  // Inactive entries compare equal to each other.
  friend bool operator==(const Configuration& a, const Configuration& b);
};

// Equal configurations have equal hashes; the same on every machine.
struct ConfigurationHash {
  std::size_t operator()(const Configuration& configuration) const;
};

}  // namespace automl::search
