// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/rung_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace automl::search {
namespace {

bool better(const Rung::Entry& a, const Rung::Entry& b) {
  return a.value != b.value ? a.value < b.value : a.trial < b.trial;
}

}  // namespace

RungTable::RungTable(const std::vector<std::vector<std::int64_t>>& steps,
                     std::function<std::size_t(std::int64_t)> bracket_of)
    : bracket_of_(std::move(bracket_of)) {
  for (const std::vector<std::int64_t>& bracket : steps) {
    brackets_.emplace_back();
    for (const std::int64_t step : bracket) {
      brackets_.back().push_back({step, {}});
    }
  }
}

void RungTable::forget() {
  places_.clear();
  entered_.clear();
  for (std::vector<Rung>& bracket : brackets_) {
    for (Rung& rung : bracket) {
      rung.entries.clear();
    }
  }
}

std::size_t RungTable::rank(std::size_t curve, std::size_t rung) const {
  const std::vector<Rung::Entry>& entries = brackets_[places_[curve].bracket][rung].entries;
  const auto place =
      std::lower_bound(entries.begin(), entries.end(), entered_[curve][rung], better);
  return static_cast<std::size_t>(place - entries.begin());
}

void RungTable::absorb(const TrialCurves& curves, const TrialCurves::Event& event) {
  const Curve& curve = curves.curves()[event.curve];
  if (event.kind == TrialCurves::Event::Kind::kStart) {
    places_.push_back({bracket_of_(curve.trial), 0, 0, 0});
    entered_.emplace_back();
  }
  if (event.kind != TrialCurves::Event::Kind::kReport) {
    return;
  }
  const Report& report = curve.reports[event.report];
  Place& place = places_[event.curve];
  std::vector<Rung>& rungs = brackets_[place.bracket];
  place.fresh = 0;
  while (place.reached < rungs.size() && report.step >= rungs[place.reached].step) {
    place.value =
        std::isfinite(report.value) ? report.value : std::numeric_limits<double>::infinity();
    const Rung::Entry entry{place.value, curve.trial, event.curve};
    std::vector<Rung::Entry>& entries = rungs[place.reached].entries;
    entries.insert(std::upper_bound(entries.begin(), entries.end(), entry, better), entry);
    entered_[event.curve].push_back(entry);
    ++place.reached;
    ++place.fresh;
  }
}

}  // namespace automl::search
