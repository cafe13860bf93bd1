// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/bohb.hpp"

#include <cmath>
#include <optional>

namespace automl::search {
namespace {

std::optional<double> value_at(const Curve& curve, std::int64_t budget) {
  for (const Report& report : curve.reports) {
    if (report.step >= budget) {
      return report.value;
    }
  }
  return std::nullopt;
}

}  // namespace

BudgetObservations select_observations(const TrialCurves& curves,
                                       const std::vector<std::int64_t>& budgets,
                                       std::size_t fewest) {
  for (auto budget = budgets.rbegin(); budget != budgets.rend(); ++budget) {
    BudgetObservations found{*budget, {}};
    std::size_t finite = 0;
    for (const Curve& curve : curves.curves()) {
      if (curve.configuration().outside()) {
        continue;
      }
      const std::optional<double> value = value_at(curve, *budget);
      if (value && std::isfinite(*value)) {
        found.history.add({curve.trial, curve.configuration(), Status::kComplete, *value});
        ++finite;
      } else if (value || curve.state == TrialState::kFailed) {
        found.history.add({curve.trial, curve.configuration(), Status::kFailed, 0});
      }
    }
    if (finite >= fewest && finite > 0) {
      return found;
    }
  }
  return {};
}

}  // namespace automl::search
