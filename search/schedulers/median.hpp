// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/schedulers/peer_rule.hpp"

namespace automl::search {

// The median stopping rule (Golovin et al., "Google Vizier", KDD 2017, section 3.2.2): stops a
// trial at step s if its best value by s is strictly worse than the median, over complete trials,
// of the mean of all values they reported up to s.
class MedianScheduler : public PeerRule {
 public:
  MedianScheduler(const PeerOptions& options, const Setting& setting)
      : PeerRule("median", 0.5, options, setting) {}

 protected:
  double standing(const Trajectory::Point& point) const override { return point.mean(); }
  std::string quantile_name() const override { return "median running average"; }
};

}  // namespace automl::search
