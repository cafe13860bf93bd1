// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/scheduler.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {

struct PatienceOptions {
  std::int64_t steps = 10;  // >= 1
  double min_delta = 0;     // >= 0, in units of the value
};

// Stops a trial whose best value did not fall by more than `min_delta` within the last `steps`
// steps: best(s) >= best(s - steps) - min_delta. So it does one without a finite value until then.
class PatienceScheduler : public Scheduler {
 public:
  PatienceScheduler(const PatienceOptions& options, const Setting& setting)
      : options_(options), setting_(setting) {}
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  std::optional<Resume> on_slot_free(const TrialCurves&) override { return std::nullopt; }

 private:
  PatienceOptions options_;
  Setting setting_;
  Trajectories trajectories_;
};

}  // namespace automl::search
