// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/gp/feature_map.hpp"
#include "search/samplers/observation_table.hpp"

namespace automl::search::gp {

// The unit points of all trials of a table, a row each; a view that its next read() ends.
inline Eigen::Map<const Points> unit_points(const ObservationTable& table) {
  return {table.units().data(),
          static_cast<Eigen::Index>(table.size()),
          static_cast<Eigen::Index>(table.parameters())};
}

}  // namespace automl::search::gp
