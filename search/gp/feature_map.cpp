// SPDX-License-Identifier: Apache-2.0
#include "search/gp/feature_map.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search::gp {
namespace {

constexpr double kHalfRoot = 0.70710678118654752440;

bool same(const std::vector<Comparison>& a, const std::vector<Comparison>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::tie(x.parameter, x.relation, x.operands) ==
           std::tie(y.parameter, y.relation, y.operands);
  });
}

}  // namespace

FeatureMap::FeatureMap(const SearchSpace& space)
    : space_(&space),
      first_column_(space.size(), kNone),
      numeric_column_(space.size(), kNone),
      middle_low_(space.size(), 0),
      middle_high_(space.size(), 1),
      plain_(!space.conditional() && space.forbidden().empty()) {
  std::vector<std::size_t> groups;  // one parameter of each distinct set of conditions
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space[i];
    const std::size_t count = levels(p);
    plain_ = plain_ && count == 0;
    if (!p.conditions.empty() && std::none_of(groups.begin(), groups.end(), [&](std::size_t g) {
          return same(space[g].conditions, p.conditions);
        })) {
      groups.push_back(i);
    }
    if (count == 1) {
      continue;
    }
    varying_.push_back(i);
    first_column_[i] = columns_.size();
    if (p.kind == Kind::kCategorical && count > 2) {
      for (std::size_t c = 0; c < count; ++c) {
        columns_.push_back({dimensions_, i, static_cast<int>(c)});
      }
    } else {
      numeric_column_[i] = columns_.size();
      columns_.push_back({dimensions_, i, kNumeric});
      middle_low_[i] = count == 0 ? 0 : level_middle(p, 0);
      middle_high_[i] = count == 0 ? 1 : level_middle(p, count - 1);
    }
    nominal_.push_back(p.kind == Kind::kCategorical || count == 2);
    ++dimensions_;
  }
  for (const std::size_t i : groups) {
    columns_.push_back({dimensions_++, i, kFlag});
    nominal_.push_back(true);
  }
}

double FeatureMap::unit(std::size_t parameter, double feature) const {
  return std::lerp(middle_low_[parameter], middle_high_[parameter], feature);
}

double FeatureMap::feature(std::size_t parameter, double unit) const {
  const double low = middle_low_[parameter];
  return std::clamp((unit - low) / (middle_high_[parameter] - low), 0.0, 1.0);
}

void FeatureMap::write_parameter(std::size_t parameter, double unit, double* row) const {
  const Parameter& p = (*space_)[parameter];
  const std::size_t numeric = numeric_column_[parameter];
  if (numeric == kNone) {
    const std::size_t first = first_column_[parameter];
    std::fill_n(row + first, p.choices, 0.0);
    if (!std::isnan(unit)) {
      row[first + level_at(p, unit)] = kHalfRoot;
    }
    return;
  }
  double& place = row[numeric];
  if (std::isnan(unit)) {
    place = 0.5;
  } else if (p.scale.size() > 1 && p.scale.back() > p.scale.front()) {
    const double range = p.scale.back() / 2 - p.scale.front() / 2;
    place = (p.scale[level_at(p, unit)] / 2 - p.scale.front() / 2) / range;
  } else {
    place = feature(parameter, unit);
  }
}

Points FeatureMap::features(const Points& unit) const {
  if (plain_) {
    return unit;
  }
  Points result(unit.rows(), static_cast<Eigen::Index>(columns_.size()));
  for (Eigen::Index row = 0; row < unit.rows(); ++row) {
    const double* in = unit.row(row).data();
    double* out = result.row(row).data();
    for (const std::size_t i : varying_) {
      write_parameter(i, in[i], out);
    }
    for (std::size_t c = columns_.size(); c-- > 0 && columns_[c].category == kFlag;) {
      out[c] = std::isnan(in[columns_[c].parameter]) ? 0 : 1;
    }
  }
  return result;
}

void FeatureMap::snap(Eigen::Ref<Eigen::RowVectorXd> unit) const {
  if (plain_) {
    return;
  }
  Configuration configuration{std::vector<double>(space_->size(), kInactive)};
  for (const std::size_t i : space_->order()) {
    const Parameter& p = (*space_)[i];
    const auto at = static_cast<Eigen::Index>(i);
    const bool active =
        std::all_of(p.conditions.begin(), p.conditions.end(), [&](const Comparison& one) {
          return one.holds(configuration);
        });
    if (!active) {
      unit(at) = kInactive;
      continue;
    }
    const double kept = std::isnan(unit(at)) ? 0.5 : unit(at);
    const std::size_t count = levels(p);
    unit(at) = count == 0 ? std::clamp(kept, 0.0, 1.0) : level_middle(p, level_at(p, kept));
    if (space_->conditional()) {
      configuration.values[i] = decode(p, unit(at));
    }
  }
}

}  // namespace automl::search::gp
