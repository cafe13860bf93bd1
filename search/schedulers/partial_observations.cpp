// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/partial_observations.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "search/schedulers/bohb.hpp"

namespace automl::search {
namespace {

constexpr std::int64_t kHighestStep = std::int64_t{1} << 61;

// Looks no further than needed.
bool has_complete(const TrialCurves& curves, std::size_t fewest) {
  std::size_t complete = 0;
  for (const Curve& curve : curves.curves()) {
    complete += curve.state == TrialState::kComplete ? 1 : 0;
    if (complete >= fewest) {
      return true;
    }
  }
  return fewest == 0;
}

std::int64_t highest_step(const Curve& curve) {
  std::int64_t highest = 0;
  for (const Report& report : curve.reports) {
    highest = std::max(highest, report.step);
  }
  return highest;
}

bool held(const Curve& curve) {
  return curve.state == TrialState::kStopped || curve.state == TrialState::kPaused;
}

std::optional<double> last_finite_value(const Curve& curve) {
  const auto last = std::find_if(curve.reports.rbegin(),
                                 curve.reports.rend(),
                                 [](const Report& report) { return std::isfinite(report.value); });
  return last == curve.reports.rend() ? std::nullopt : std::optional(last->value);
}

}  // namespace

std::optional<History> partial_observations(const TrialCurves& curves, std::size_t fewest) {
  if (has_complete(curves, fewest)) {
    return std::nullopt;
  }
  std::int64_t highest = 0;
  for (const Curve& curve : curves.curves()) {
    highest = std::max(highest, highest_step(curve));
  }
  std::vector<std::int64_t> steps;
  for (std::int64_t step = 1; step <= highest && step < kHighestStep; step *= 2) {
    steps.push_back(step);
  }
  BudgetObservations found = select_observations(curves, steps, fewest);
  if (found.budget == 0) {
    return std::nullopt;
  }
  for (const Curve& curve : curves.curves()) {
    const std::optional<double> value = last_finite_value(curve);
    if (!curve.configuration().outside() && held(curve) && value &&
        highest_step(curve) < found.budget) {
      found.history.add({curve.trial, curve.configuration(), Status::kPruned, *value});
    }
  }
  return std::move(found.history);
}

}  // namespace automl::search
