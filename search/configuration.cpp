// SPDX-License-Identifier: Apache-2.0
#include "search/configuration.hpp"

#include <bit>
#include <cstdint>

namespace automl::search {

bool operator==(const Configuration& a, const Configuration& b) {
  if (a.values.size() != b.values.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const bool both_inactive = std::isnan(a.values[i]) && std::isnan(b.values[i]);
    if (!both_inactive && a.values[i] != b.values[i]) {
      return false;
    }
  }
  return true;
}

std::size_t ConfigurationHash::operator()(const Configuration& configuration) const {
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (const double value : configuration.values) {
    // One pattern for all NaNs, and +0 for both zeros, as operator== has it.
    const std::uint64_t bits =
        std::isnan(value) ? ~0ULL : std::bit_cast<std::uint64_t>(value + 0.0);
    hash = (hash ^ bits) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

}  // namespace automl::search
