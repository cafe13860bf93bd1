// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/curve.hpp"

#include <cmath>

#include "search/schedulers/extrapolation.hpp"

namespace automl::search {

Verdict CurveScheduler::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  trajectories_.follow(curves);
  const std::size_t index = *curves.index_of(trial);
  const Arrival& arrival = trajectories_.arrival(index);
  const Trajectory& trajectory = trajectories_[index];
  const std::vector<Trajectory::Point>& points = trajectory.points();
  if (arrival.late() || arrival.repeated || !arrival.crosses(0, options_.interval) ||
      points.back().finite < static_cast<std::size_t>(options_.points) ||
      arrival.report.step >= options_.max) {
    return {Action::kProceed, "curve: not judged at this step", {}};
  }
  const std::optional<std::size_t> best = trajectories_.best();
  if (!best || *best == index) {
    return {Action::kProceed, "curve: it has the best value so far", {}};
  }
  const double aim = trajectories_[*best].best();
  const Extrapolation future(trajectory, options_.max);
  const double probability = future.probability_below(aim);
  const std::string text = "curve: it beats " + setting_.text(aim) + " by step " +
                           std::to_string(options_.max) + " with a probability of " +
                           Setting{}.text(probability) + ", about " +
                           setting_.text(future.most_probable()) + " is expected";
  return {probability < options_.probability ? Action::kStop : Action::kProceed, text, {}};
}

}  // namespace automl::search
