// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/training_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace automl::search {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The value behind a checkpoint: the last one up to its step that was reported before an event.
double value_of(const Curve& curve, const Origin& origin, std::size_t exploits) {
  const std::size_t end =
      exploits < curve.legs.size() ? curve.legs[exploits].first_report : curve.reports.size();
  const std::size_t begin = exploits > 0 ? curve.legs[exploits - 1].first_report : 0;
  const Report* found = nullptr;
  for (std::size_t i = begin; i < end; ++i) {
    const Report& report = curve.reports[i];
    if (report.step <= origin.step && (found == nullptr || report.step > found->step)) {
      found = &report;
    }
  }
  return found == nullptr ? kUnknown : found->value;
}

double start_value(const TrialCurves& curves, const Leg& leg) {
  if (!leg.origin) {
    return kUnknown;
  }
  const Curve& source = curves.of(leg.origin->trial);
  std::size_t legs = 0;  // of the source, started before
  while (legs < source.legs.size() && source.legs[legs].first_event < leg.first_event) {
    ++legs;
  }
  return value_of(source, *leg.origin, legs);
}

void collect(const TrialCurves& curves,
             const Curve& curve,
             std::size_t which,
             std::int64_t interval,
             std::vector<TrainingInterval>& found) {
  const Leg& leg = curve.legs[which];
  const std::size_t end =
      which + 1 < curve.legs.size() ? curve.legs[which + 1].first_report : curve.reports.size();
  std::int64_t reached = leg.origin ? leg.origin->step / interval : 0;
  double last = start_value(curves, leg);
  for (std::size_t i = leg.first_report; i < end; ++i) {
    const std::int64_t now = curve.reports[i].step / interval;
    if (now <= reached) {
      continue;
    }
    const double value = curve.reports[i].value;
    const double gain = (last - value) / static_cast<double>(now - reached);
    if (std::isfinite(gain)) {
      found.push_back({now, curve.trial, &leg.configuration, gain});
    }
    reached = now;
    last = value;
  }
}

}  // namespace

std::vector<TrainingInterval> training_intervals(const TrialCurves& curves,
                                                 std::int64_t interval,
                                                 std::size_t most) {
  std::vector<TrainingInterval> found;
  for (const Curve& curve : curves.curves()) {
    for (std::size_t leg = 0; leg < curve.legs.size(); ++leg) {
      collect(curves, curve, leg, interval, found);
    }
  }
  std::sort(found.begin(), found.end(), [](const TrainingInterval& a, const TrainingInterval& b) {
    return std::tie(a.until, a.trial) < std::tie(b.until, b.trial);
  });
  if (found.size() > most) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
  }
  return found;
}

}  // namespace automl::search
