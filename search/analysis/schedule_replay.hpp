// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/scheduler.hpp"

namespace automl::search {

// A trial that has run: what it reported, in order of arrival, values to be minimised.
struct RecordedTrial {
  std::int64_t trial = 0;
  Configuration configuration;
  std::vector<Report> reports;
  bool exempt = false;     // runs to its end whatever others do
  bool cut_short = false;  // it was ended early, so what it would have reported later is not known
};

struct ReplayOptions {
  int parallel = 1;
  std::optional<std::int64_t> last_step = {};  // trials end there
  double target = 0;                           // a value to be reached
};

struct ReplayResult {
  std::int64_t steps = 0;  // paid by all trials: what each one's highest step grew by
  std::int64_t stopped = 0;
  std::int64_t paused = 0;  // and never resumed
  std::optional<Report> best;
  std::int64_t best_trial = 0;
  std::optional<std::int64_t> steps_to_target;
  std::int64_t unknown = 0;   // trials that would have gone on beyond what is recorded
  std::int64_t exploits = 0;  // that could not be replayed: their outcome is not recorded
};

// What a scheduler makes of recorded trials, started in their order on simulated workers: a step
// takes one unit of time. Null: all run to their end. Follows from its arguments.
ReplayResult replay(const std::vector<RecordedTrial>& trials,
                    Scheduler* scheduler,
                    const ReplayOptions& options);

}  // namespace automl::search
