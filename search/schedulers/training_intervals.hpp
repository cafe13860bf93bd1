// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "search/trial_curves.hpp"

namespace automl::search {

// What a configuration gained while weights were trained with it from one multiple of `interval` to
// the next one that was reported.
struct TrainingInterval {
  std::int64_t until = 0;  // in intervals
  std::size_t curve = 0;   // whose configuration: index of the curve and of its leg
  std::size_t leg = 0;
  double gain = 0;  // how much the value fell, per interval
};

// The last `most` intervals at both ends of which a finite value is known, in the order in which
// they became known. The first interval after an exploit starts at the value that the source had
// reported for the checkpoint by then.
class TrainingIntervals : public Follower {
 public:
  TrainingIntervals(std::int64_t interval, std::size_t most) : interval_(interval), most_(most) {}
  const std::deque<TrainingInterval>& last() const { return last_; }

 protected:
  void forget() override;
  void absorb(const TrialCurves& curves, const TrialCurves::Event& event) override;

 private:
  struct State {
    std::size_t leg = 0;
    std::size_t reports = 0;                                  // absorbed so far
    std::int64_t reached = 0;                                 // in intervals
    double value = std::numeric_limits<double>::quiet_NaN();  // there
  };
  double checkpoint_value(const TrialCurves& curves, const Origin& origin) const;

  std::int64_t interval_;
  std::size_t most_;
  std::vector<State> states_;
  std::deque<TrainingInterval> last_;
};

}  // namespace automl::search
