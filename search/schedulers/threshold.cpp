// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/threshold.hpp"

#include <cmath>

namespace automl::search {

Verdict ThresholdScheduler::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  trajectories_.follow(curves);
  const Arrival& arrival = trajectories_.arrival(*curves.index_of(trial));
  if (arrival.repeated || arrival.report.step < options_.warmup) {
    return {Action::kProceed, "threshold: not judged at this step", {}};
  }
  const double value = setting_.sign() * arrival.report.value;
  const std::string at = " at step " + std::to_string(arrival.report.step);
  if (!std::isfinite(value)) {
    return {Action::kStop, "threshold: not a finite number" + at, {}};
  }
  const std::string text = "threshold: " + Setting{}.text(value);
  if (value < options_.lower) {
    return {Action::kStop, text + " is below " + Setting{}.text(options_.lower) + at, {}};
  }
  if (value > options_.upper) {
    return {Action::kStop, text + " is above " + Setting{}.text(options_.upper) + at, {}};
  }
  return {Action::kProceed, text + " is within the limits", {}};
}

}  // namespace automl::search
