// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/peer_rule.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search {

double quantile(std::vector<double>& values, double probability) {
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto middle = values.begin() + below;
  std::nth_element(values.begin(), middle, values.end());
  const double low = *middle;
  const double share = place - static_cast<double>(below);
  if (share == 0) {
    return low;
  }
  const double high = *std::min_element(middle + 1, values.end());
  return std::isfinite(high) ? std::lerp(low, high, share) : high;
}

Verdict PeerRule::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  trajectories_.follow(curves);
  const std::size_t index = *curves.index_of(trial);
  const Arrival& arrival = trajectories_.arrival(index);
  if (!arrival.crosses(options_.warmup, options_.interval)) {
    return {Action::kProceed, name_ + ": not judged at this step", {}};
  }
  const std::int64_t step = arrival.report.step;
  peers_.clear();
  for (const std::size_t peer : trajectories_.complete()) {
    const Trajectory::Point* point = peer == index ? nullptr : trajectories_[peer].at(step);
    if (point != nullptr) {
      peers_.push_back(standing(*point));
    }
  }
  if (peers_.size() < static_cast<std::size_t>(options_.startup)) {
    return {Action::kProceed,
            name_ + ": " + std::to_string(peers_.size()) + " complete trials to compare with, " +
                std::to_string(options_.startup) + " are needed",
            {}};
  }
  const double limit = quantile(peers_, keep_);
  const double best = trajectories_[index].best();
  const std::string at = " at step " + std::to_string(step);
  const std::string of = quantile_name() + " of " + std::to_string(peers_.size()) +
                         " complete trials" + (std::isfinite(limit) ? ", " : "") +
                         (std::isfinite(limit) ? setting_.text(limit) : "");
  if (best > limit || !std::isfinite(best)) {
    const std::string what = std::isfinite(best) ? "its best value, " + setting_.text(best) + ","
                                                 : "it has no finite value and";
    return {Action::kStop, name_ + ": " + what + " is worse than the " + of + at, {}};
  }
  return {Action::kProceed, name_ + ": not worse than the " + of + at, {}};
}

}  // namespace automl::search
