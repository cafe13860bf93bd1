// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/scheduler.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search::testing {

// Trials under a scheduler, whose verdicts are carried out at once.
class Study {
 public:
  explicit Study(Scheduler& scheduler) : scheduler_(scheduler) {}

  void start(std::int64_t trial, std::vector<double> values = {0.5}) {
    curves.start(trial, {std::move(values)});
  }
  // One that ran to its end, unjudged.
  void complete(std::int64_t trial, const std::vector<double>& values) {
    start(trial);
    for (std::size_t i = 0; i < values.size(); ++i) {
      curves.report(trial, static_cast<std::int64_t>(i) + 1, values[i]);
    }
    curves.set_state(trial, TrialState::kComplete);
  }
  Verdict report(std::int64_t trial, std::int64_t step, double value) {
    curves.report(trial, step, value);
    Verdict verdict = scheduler_.on_measurement(curves, trial);
    if (verdict.action == Action::kPause) {
      curves.set_state(trial, TrialState::kPaused);
    } else if (verdict.action == Action::kStop) {
      curves.set_state(trial, TrialState::kStopped);
    } else if (verdict.action == Action::kExploit) {
      curves.exploit(trial, verdict.exploit->origin, verdict.exploit->configuration);
    }
    return verdict;
  }
  Action action(std::int64_t trial, std::int64_t step, double value) {
    return report(trial, step, value).action;
  }
  // The trial that takes a free slot; -1: none.
  std::int64_t resume() {
    const std::optional<Resume> resumed = scheduler_.on_slot_free(curves);
    if (!resumed) {
      return -1;
    }
    curves.set_state(resumed->trial, TrialState::kRunning);
    return resumed->trial;
  }

  TrialCurves curves;

 private:
  Scheduler& scheduler_;
};

}  // namespace automl::search::testing
