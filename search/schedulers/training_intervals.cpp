// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/training_intervals.hpp"

#include <cmath>

namespace automl::search {

void TrainingIntervals::forget() {
  states_.clear();
  last_.clear();
}

double TrainingIntervals::checkpoint_value(const TrialCurves& curves, const Origin& origin) const {
  const std::size_t index = *curves.index_of(origin.trial);
  const Curve& source = curves.curves()[index];
  const State& state = states_[index];
  const Report* found = nullptr;
  for (std::size_t i = source.legs[state.leg].first_report; i < state.reports; ++i) {
    const Report& report = source.reports[i];
    if (report.step <= origin.step && (found == nullptr || report.step > found->step)) {
      found = &report;
    }
  }
  return found == nullptr ? State().value : found->value;
}

void TrainingIntervals::absorb(const TrialCurves& curves, const TrialCurves::Event& event) {
  using Kind = TrialCurves::Event::Kind;
  if (event.kind == Kind::kStart) {
    states_.emplace_back();
    return;
  }
  State& state = states_[event.curve];
  const Curve& curve = curves.curves()[event.curve];
  if (event.kind == Kind::kExploit) {
    const std::optional<Origin>& origin = curve.legs[++state.leg].origin;
    state.value = origin ? checkpoint_value(curves, *origin) : State().value;
    state.reached = origin ? origin->step / interval_ : State().reached;
  } else if (event.kind == Kind::kReport) {
    ++state.reports;
    const Report& report = curve.reports[event.report];
    const std::int64_t now = report.step / interval_;
    if (now <= state.reached) {
      return;
    }
    const double intervals = static_cast<double>(now) - static_cast<double>(state.reached);
    const double gain = (state.value - report.value) / intervals;
    if (std::isfinite(gain)) {
      last_.push_back({now, event.curve, state.leg, gain});
      if (last_.size() > most_) {
        last_.pop_front();
      }
    }
    state.reached = now;
    state.value = report.value;
  }
}

}  // namespace automl::search
