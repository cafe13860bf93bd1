// SPDX-License-Identifier: Apache-2.0
#include "search/configuration.hpp"

#include <algorithm>

namespace automl::search {

bool operator==(const Configuration& a, const Configuration& b) {
  return std::equal(
      a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), [](double x, double y) {
        return x == y || (std::isnan(x) && std::isnan(y));
      });
}

}  // namespace automl::search
