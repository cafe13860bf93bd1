// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/normal_table.hpp"

#include <cmath>
#include <numbers>

namespace automl::search {

const NormalTable& NormalTable::instance() {
  static const NormalTable kTable;
  return kTable;
}

NormalTable::NormalTable() {
  for (std::size_t i = 0; i <= kPoints; ++i) {
    const double z = static_cast<double>(i) / kPerUnit - kReach;
    values_[i] = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  }
}

}  // namespace automl::search
