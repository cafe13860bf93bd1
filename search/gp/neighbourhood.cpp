// SPDX-License-Identifier: Apache-2.0
#include "search/gp/neighbourhood.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace automl::search::gp {

using Eigen::Index;
using Eigen::RowVectorXd;

Region everywhere(const FeatureMap& map) {
  const auto width = static_cast<Index>(map.space().size());
  return {RowVectorXd::Zero(width), RowVectorXd::Ones(width)};
}

Region around(const FeatureMap& map,
              const RowVectorXd& centre,
              const RowVectorXd& weights,
              double length) {
  struct Side {
    Index parameter;
    double log_lengthscale;
  };
  std::vector<Side> sides;
  double mean = 0;
  for (const std::size_t i : map.varying()) {
    const std::size_t column = map.numeric_column(i);
    if (column != FeatureMap::kNone) {
      sides.push_back({static_cast<Index>(i), -std::log(weights(static_cast<Index>(column)))});
      mean += sides.back().log_lengthscale;
    }
  }
  mean /= static_cast<double>(std::max<std::size_t>(sides.size(), 1));
  Region region = everywhere(map);
  for (const Side& side : sides) {
    const double middle = centre(side.parameter);
    if (!std::isnan(middle)) {
      const double stretch = std::exp(side.log_lengthscale - mean);
      const double half = length * std::clamp(stretch, 0.25, 4.0) / 2;
      region.low(side.parameter) = std::max(middle - half, 0.0);
      region.high(side.parameter) = std::min(middle + half, 1.0);
    }
  }
  return region;
}

double trust_length(std::size_t stagnant, std::size_t patience) {
  constexpr std::size_t kHalvings = 7;
  const std::size_t times = stagnant / std::max<std::size_t>(patience, 1) % kHalvings;
  return 0.8 * std::exp2(-static_cast<double>(times));
}

std::vector<Index> nearest_rows(const Points& features,
                                const RowVectorXd& weights,
                                Index centre,
                                std::size_t count) {
  const Points scaled = features.array().rowwise() * weights.array();
  const Eigen::VectorXd distance = (scaled.rowwise() - scaled.row(centre)).rowwise().squaredNorm();
  std::vector<Index> order(static_cast<std::size_t>(features.rows()));
  std::iota(order.begin(), order.end(), 0);
  if (order.size() > count) {
    std::nth_element(order.begin(),
                     order.begin() + static_cast<std::ptrdiff_t>(count),
                     order.end(),
                     [&](Index a, Index b) {
                       return distance(a) != distance(b) ? distance(a) < distance(b) : a < b;
                     });
    order.resize(count);
    std::sort(order.begin(), order.end());
  }
  return order;
}

}  // namespace automl::search::gp
