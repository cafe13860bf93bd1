// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "search/scheduler.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {

struct CurveOptions {
  std::int64_t max = 100;     // step at which trials are complete; >= 1
  double probability = 0.02;  // a trial is stopped below this one; (0, 1)
  int points = 4;             // finite reports before a trial is judged; >= 2
  std::int64_t interval = 1;  // judged once every so many steps; >= 1
};

// Stops a trial whose learning curve, extrapolated to `max`, beats the best value that any trial
// has reported only with a small probability (the rule of Domhan, Springenberg and Hutter, IJCAI
// 2015; extrapolation.hpp says how). The trial that holds the best value goes on. Values of failed
// trials are no aim for others.
class CurveScheduler : public Scheduler {
 public:
  CurveScheduler(const CurveOptions& options, const Setting& setting)
      : options_(options), setting_(setting) {}
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  std::optional<Resume> on_slot_free(const TrialCurves&) override { return std::nullopt; }

 private:
  CurveOptions options_;
  Setting setting_;
  Trajectories trajectories_;
};

}  // namespace automl::search
