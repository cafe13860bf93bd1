// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/schedulers/peer_rule.hpp"

namespace automl::search {

// Stops a trial at step s if its best value by s is not among the best `keep` percent of the best
// values that complete trials had by s.
class PercentileScheduler : public PeerRule {
 public:
  // `keep` in (0, 100).
  PercentileScheduler(double keep, const PeerOptions& options, const Setting& setting);

 protected:
  double standing(const Trajectory::Point& point) const override { return point.best; }
  std::string quantile_name() const override { return quantile_name_; }

 private:
  std::string quantile_name_;
};

}  // namespace automl::search
