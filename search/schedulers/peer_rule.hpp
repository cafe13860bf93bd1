// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/scheduler.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {

// When rules that compare a trial with complete ones have a say.
struct PeerOptions {
  int startup = 5;            // complete trials before anything is stopped; >= 1
  std::int64_t warmup = 1;    // the first step that is judged; >= 0
  std::int64_t interval = 1;  // judged once every so many steps; >= 1
};

// Stops a trial whose best value so far is worse than a quantile of what the complete trials had by
// the same step. Reports that are late or repeated change nothing.
class PeerRule : public Scheduler {
 public:
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  std::optional<Resume> on_slot_free(const TrialCurves&) override { return std::nullopt; }

 protected:
  // `keep` in (0, 1): the quantile, of the values from the best on.
  PeerRule(std::string name, double keep, const PeerOptions& options, const Setting& setting)
      : name_(std::move(name)), keep_(keep), options_(options), setting_(setting) {}

  // What a complete trial counts with.
  virtual double standing(const Trajectory::Point& point) const = 0;
  virtual std::string quantile_name() const = 0;

 private:
  std::string name_;
  double keep_;
  PeerOptions options_;
  Setting setting_;
  Trajectories trajectories_;
  std::vector<double> peers_;
};

// The quantile of values by linear interpolation between order statistics, Hyndman and Fan's
// definition 7; +inf is allowed. Reorders the values, of which there must be one.
double quantile(std::vector<double>& values, double probability);

}  // namespace automl::search
