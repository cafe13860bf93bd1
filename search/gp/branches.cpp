// SPDX-License-Identifier: Apache-2.0
#include "search/gp/branches.hpp"

#include <algorithm>
#include <cmath>

#include "search/levels.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kOutside = -1e6;        // a log acquisition
constexpr std::size_t kMostLevels = 10;  // a parameter with more of them counts rather than chooses

Branch branch_at(const ObservationTable& table,
                 const SearchSpace& space,
                 std::size_t parameter,
                 std::size_t level) {
  Branch branch{parameter, level};
  for (std::size_t row = 0; row < table.size(); ++row) {
    const double unit = table.unit(row, parameter);
    if (std::isnan(unit) || level_at(space[parameter], unit) != level) {
      continue;
    }
    ++branch.finished;
    if (table.status(row) == Status::kComplete) {
      const double value = table.value(row);
      branch.best = branch.trials == 0 ? value : std::min(branch.best, value);
      ++branch.trials;
    }
  }
  return branch;
}

// The column that tells the branch.
Index column_of(const FeatureMap& map, const Branch& branch) {
  const std::vector<FeatureMap::Column>& columns = map.columns();
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
    return column.parameter == branch.parameter &&
           (column.category == FeatureMap::kNumeric ||
            column.category == static_cast<int>(branch.level));
  });
  return found - columns.begin();
}

}  // namespace

bool switches(const SearchSpace& space, std::size_t parameter) {
  const auto& all = space.parameters();
  return std::any_of(all.begin(), all.end(), [&](const Parameter& other) {
    return std::any_of(other.conditions.begin(), other.conditions.end(), [&](const auto& on) {
      return on.parameter == parameter;
    });
  });
}

std::vector<Branch> other_branches(const ObservationTable& table,
                                   const SearchSpace& space,
                                   const Eigen::RowVectorXd& unit,
                                   std::size_t patience) {
  std::vector<Branch> branches;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const double own = unit(static_cast<Index>(i));
    const bool branching =
        space.conditional() ? switches(space, i) : space[i].kind == Kind::kCategorical;
    if (std::isnan(own) || !branching) {
      continue;
    }
    const std::size_t count = levels(space[i]);
    for (std::size_t level = 0; count <= kMostLevels && level < count; ++level) {
      if (level != level_at(space[i], own)) {
        const Branch branch = branch_at(table, space, i, level);
        if (branch.trials > 0 || branch.finished < patience) {
          branches.push_back(branch);
        }
      }
    }
  }
  std::stable_sort(branches.begin(), branches.end(), [](const Branch& a, const Branch& b) {
    return (a.trials == 0) != (b.trials == 0) ? a.trials == 0 : a.best < b.best;
  });
  return branches;
}

WithinBranch::WithinBranch(const Acquisition& wanted,
                           const FeatureMap& map,
                           const Branch& branch,
                           const Eigen::RowVectorXd& inside)
    : wanted_(&wanted), column_(column_of(map, branch)), feature_(inside(column_)) {}

bool WithinBranch::holds(const Points& features, Index row) const {
  return std::abs(features(row, column_) - feature_) < 1e-9;
}

VectorXd WithinBranch::values(const Points& features) const {
  VectorXd values = wanted_->values(features);
  for (Index row = 0; row < features.rows(); ++row) {
    values(row) = holds(features, row) ? values(row) : kOutside;
  }
  return values;
}

void WithinBranch::values(const Points& features, VectorXd& values, Points& gradients) const {
  wanted_->values(features, values, gradients);
  for (Index row = 0; row < features.rows(); ++row) {
    if (!holds(features, row)) {
      values(row) = kOutside;
      gradients.row(row).setZero();
    }
  }
}

}  // namespace automl::search::gp
