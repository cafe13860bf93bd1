// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/patience.hpp"

#include <cmath>

namespace automl::search {

Verdict PatienceScheduler::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  trajectories_.follow(curves);
  const std::size_t index = *curves.index_of(trial);
  const Arrival& arrival = trajectories_.arrival(index);
  if (arrival.repeated || arrival.late()) {
    return {Action::kProceed, "patience: a later step was judged before", {}};
  }
  const Trajectory& trajectory = trajectories_[index];
  const std::int64_t first = trajectory.points().front().step;
  const std::int64_t step = arrival.report.step;
  // Steps as unsigned differences: they may lie at both ends of the range.
  const auto passed = static_cast<std::uint64_t>(step) - static_cast<std::uint64_t>(first);
  const std::string span = std::to_string(options_.steps) + " steps";
  if (passed < static_cast<std::uint64_t>(options_.steps)) {
    return {Action::kProceed, "patience: it has not had " + span + " yet", {}};
  }
  const double then = trajectory.at(step - options_.steps)->best;
  const double now = trajectory.best();
  if (std::isfinite(now) && (!std::isfinite(then) || now < then - options_.min_delta)) {
    return {Action::kProceed, "patience: it improved within the last " + span, {}};
  }
  const std::string what =
      std::isfinite(now) ? "no better than " + setting_.text(then) : "no finite value";
  const std::string by = options_.min_delta > 0 && std::isfinite(now)
                             ? " by more than " + Setting{}.text(options_.min_delta)
                             : "";
  return {Action::kStop, "patience: " + what + by + " within the last " + span, {}};
}

}  // namespace automl::search
