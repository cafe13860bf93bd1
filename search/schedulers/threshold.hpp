// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "search/scheduler.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {

struct ThresholdOptions {
  double lower = -std::numeric_limits<double>::infinity();  // of the user's value
  double upper = std::numeric_limits<double>::infinity();
  std::int64_t warmup = 0;  // the first step that is judged; >= 0
};

// Stops a trial that reports a value outside [lower, upper], NaN or infinity. Late reports count
// like others, of repeated ones the first.
class ThresholdScheduler : public Scheduler {
 public:
  ThresholdScheduler(const ThresholdOptions& options, const Setting& setting)
      : options_(options), setting_(setting) {}
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  std::optional<Resume> on_slot_free(const TrialCurves&) override { return std::nullopt; }

 private:
  ThresholdOptions options_;
  Setting setting_;
  Trajectories trajectories_;
};

}  // namespace automl::search
