// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/scheduler.hpp"
#include "search/schedulers/rung_table.hpp"

namespace automl::search {

// How a trial that reaches a rung is judged.
enum class Halving {
  kStop,     // stopped unless it is among the best there so far
  kPromote,  // paused unless it is; resumed when it has come to be
};

// Asynchronous successive halving in one or more brackets: no trial ever waits for others to
// report, and each rung is decided once for a trial, by what has arrived until then. Of n values at
// a rung, the trial's own included, the best max(1, floor(n / reduction)) go on (kStop), or the
// best floor(n / reduction) (kPromote: the others may still come to be among them).
class SuccessiveHalving : public Scheduler {
 public:
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  // kPromote: the best trial of the highest rung that has one which may go on (Li et al. 2020,
  // Algorithm 2, get_job).
  std::optional<Resume> on_slot_free(const TrialCurves& curves) override;

 protected:
  // `rungs` of each bracket: steps, ascending.
  SuccessiveHalving(std::string name,
                    const std::vector<std::vector<std::int64_t>>& rungs,
                    std::function<std::size_t(std::int64_t)> bracket_of,
                    double reduction,
                    Halving halving,
                    const Setting& setting);

 private:
  std::size_t winners(std::size_t entries) const;
  std::string describe(const RungTable::Place& place, std::size_t curve, std::size_t rung) const;

  std::string name_;
  RungTable table_;
  double reduction_;
  Halving halving_;
  Setting setting_;
};

}  // namespace automl::search
