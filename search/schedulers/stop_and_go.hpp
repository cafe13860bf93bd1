// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/schedulers/rung_table.hpp"
#include "search/trial_curves.hpp"

namespace automl::search {

struct StopAndGoOptions {
  int parallel = 1;         // the study's own share of slots; >= 1
  int max_parallel = 1;     // with idle slots of the cluster; >= parallel
  double stop_ratio = 0.5;  // of early-stopped trials, the part that may be revived; [0, 1]
};

// Whoever is in none of these is dead, complete or failed. All by trial number.
struct Pools {
  std::vector<std::int64_t> live;       // hold a slot
  std::vector<std::int64_t> preempted;  // gave their slot back, to go on later
  std::vector<std::int64_t> stopped;    // stopped early, but may be revived
  std::int64_t dead = 0;                // how many were stopped early for good
  std::set<std::int64_t> unsaved = {};  // of all these: they would start from zero again
};

// Of slots that fit one trial of the study.
struct Demand {
  int idle = 0;    // held by nobody and wanted by nobody else
  int wanted = 0;  // that others wait for
};

struct Move {
  std::int64_t trial = 0;
  std::string reason;
};

// What to do about the slots; at most one of the lists is filled.
struct Moves {
  std::vector<Move> pause;   // least promising first
  std::vector<Move> revive;  // most promising first, preempted before stopped ones
};

// Where a trial goes that a scheduler stops early.
struct Burial {
  bool may_be_revived = false;
  std::optional<std::int64_t> instead_of;  // dies for it
  std::string reason;
};

// Stop-and-Go after CHOPT (Kim et al., arXiv:1810.03527): a study takes idle slots beyond its share
// to revive stopped trials, and gives them back as soon as others want them. Decides only; what it
// says follows from its arguments.
//
// How promising a trial is: its value at the highest power of two of steps that it has reached, as
// the share of all trials that were better there; of equal ones the longer curve, then the lower
// number is the more promising. A trial that has not reported counts as middling. Those that have
// saved nothing are paused last and revived last: their work would be lost, or is.
class StopAndGo {
 public:
  explicit StopAndGo(const StopAndGoOptions& options);

  // How many new trials the study may still start is min(max_parallel, parallel + idle) - live.
  Moves balance(const TrialCurves& curves, const Pools& pools, const Demand& demand);
  // ceil(stop_ratio n) of the n trials that were stopped early, this one included, are kept, the
  // most promising ones.
  Burial bury(const TrialCurves& curves, const Pools& pools, std::int64_t trial);

 private:
  struct Promise {
    double better;        // share of trials that were better, [0, 1]
    std::size_t reached;  // rungs
    std::int64_t trial;
    bool unsaved = false;
  };
  using Standing = std::pair<double, std::int64_t>;  // value at the highest rung, trial
  Promise promise(const TrialCurves& curves, std::int64_t trial) const;
  // The `count` most promising trials, the best first, or the least promising ones, the worst
  // first; unsaved ones after all others.
  std::vector<Promise> extremes(const TrialCurves& curves,
                                const std::vector<std::int64_t>& trials,
                                const std::set<std::int64_t>& unsaved,
                                std::size_t count,
                                bool best) const;
  static bool more_promising(const Promise& a, const Promise& b);

  StopAndGoOptions options_;
  RungTable table_;
};

}  // namespace automl::search
