// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/trajectories.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search {
namespace {

constexpr double kNobody = Trajectory::kNone;

bool before(const Trajectory::Point& point, std::int64_t step) { return point.step < step; }

}  // namespace

bool Trajectory::add(std::int64_t step, double value) {
  auto place = points_.end();
  if (!points_.empty() && points_.back().step >= step) {
    place = std::lower_bound(points_.begin(), points_.end(), step, before);
    if (place->step == step) {
      return false;
    }
  }
  place = points_.insert(place, {step, value, kNone, 0, 0});
  for (; place != points_.end(); ++place) {
    const Point last = place == points_.begin() ? Point{0, 0, kNone, 0, 0} : *(place - 1);
    const bool finite = std::isfinite(place->value);
    place->best = finite ? std::min(last.best, place->value) : last.best;
    place->sum = last.sum + (finite ? place->value : 0);
    place->finite = last.finite + (finite ? 1 : 0);
  }
  return true;
}

const Trajectory::Point* Trajectory::at(std::int64_t step) const {
  if (!points_.empty() && points_.back().step <= step) {
    return &points_.back();
  }
  const auto after = std::upper_bound(
      points_.begin(), points_.end(), step, [](std::int64_t limit, const Point& point) {
        return limit < point.step;
      });
  return after == points_.begin() ? nullptr : &*(after - 1);
}

bool Arrival::crosses(std::int64_t first, std::int64_t every) const {
  if (report.step < first) {
    return false;
  }
  if (!before || *before < first) {
    return true;
  }
  return (report.step - first) / every > (*before - first) / every;
}

void Trajectories::forget() {
  all_.clear();
  arrivals_.clear();
  taken_over_.clear();
  complete_.clear();
  failed_.clear();
  best_.reset();
  best_is_known_ = true;
}

std::optional<std::size_t> Trajectories::best() {
  if (!best_is_known_) {
    best_.reset();
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const double value = all_[i].best();
      if (!failed_[i] && value < kNobody && (!best_ || value < all_[*best_].best())) {
        best_ = i;
      }
    }
    best_is_known_ = true;
  }
  return best_;
}

void Trajectories::absorb(const TrialCurves& curves, const TrialCurves::Event& event) {
  using Kind = TrialCurves::Event::Kind;
  if (event.kind == Kind::kStart) {
    all_.emplace_back();
    arrivals_.emplace_back();
    taken_over_.emplace_back();
    failed_.push_back(false);
  } else if (event.kind == Kind::kExploit) {
    best_is_known_ = false;
    all_[event.curve] = {};
    for (const Leg& leg : curves.curves()[event.curve].legs) {
      if (leg.first_event <= position()) {
        taken_over_[event.curve] = leg.origin ? std::optional(leg.origin->step) : std::nullopt;
      }
    }
  } else if (event.kind == Kind::kReport) {
    Trajectory& trajectory = all_[event.curve];
    Arrival& arrival = arrivals_[event.curve];
    arrival.report = curves.curves()[event.curve].reports[event.report];
    arrival.before = taken_over_[event.curve];
    if (!trajectory.points().empty()) {
      arrival.before = trajectory.points().back().step;
    }
    arrival.repeated = !trajectory.add(arrival.report.step, arrival.report.value);
    const double best = best_ ? all_[*best_].best() : kNobody;
    const bool better =
        trajectory.best() < best || (best_ && trajectory.best() == best && event.curve < *best_);
    if (better && !failed_[event.curve]) {
      best_ = event.curve;
    }
  } else {
    const std::size_t curve = event.curve;
    const bool failed = event.state == TrialState::kFailed;
    best_is_known_ = best_is_known_ && failed == failed_[curve];
    failed_[curve] = failed;
    const auto place = std::lower_bound(complete_.begin(), complete_.end(), curve);
    const bool known = place != complete_.end() && *place == curve;
    if (known && event.state != TrialState::kComplete) {
      complete_.erase(place);
    } else if (!known && event.state == TrialState::kComplete) {
      complete_.insert(place, curve);
    }
  }
}

}  // namespace automl::search
