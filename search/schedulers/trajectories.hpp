// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "search/trial_curves.hpp"

namespace automl::search {

// What a trial has reported since its start or last exploit, by step. Of two reports for one step
// the first to arrive counts.
class Trajectory {
 public:
  struct Point {
    std::int64_t step;
    double value;
    double best;  // lowest finite value up to here; +inf: none
    double sum;   // of finite values up to here
    std::size_t finite;

    double mean() const { return finite > 0 ? sum / static_cast<double>(finite) : kNone; }
  };
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  // False when the step was known.
  bool add(std::int64_t step, double value);
  const std::vector<Point>& points() const { return points_; }
  // The last point up to a step; null: none.
  const Point* at(std::int64_t step) const;
  double best() const { return points_.empty() ? kNone : points_.back().best; }

 private:
  std::vector<Point> points_;
};

// The last report of a trial beside those before.
struct Arrival {
  Report report;
  bool repeated = false;               // its step was known
  std::optional<std::int64_t> before;  // highest step before it, or the one it exploited

  bool late() const { return before && report.step < *before; }
  // Whether it is the first one at or beyond one of first, first + every, first + 2 every, …
  bool crosses(std::int64_t first, std::int64_t every) const;
};

// The trajectory of every trial.
class Trajectories : public Follower {
 public:
  // By index of the curve.
  const Trajectory& operator[](std::size_t curve) const { return all_[curve]; }
  const Arrival& arrival(std::size_t curve) const { return arrivals_[curve]; }
  // Indices of complete trials, ascending.
  const std::vector<std::size_t>& complete() const { return complete_; }
  // Which trial that has not failed has the lowest finite value, ties to the lower index.
  std::optional<std::size_t> best();

 protected:
  void forget() override;
  void absorb(const TrialCurves& curves, const TrialCurves::Event& event) override;

 private:
  std::vector<Trajectory> all_;
  std::vector<Arrival> arrivals_;
  std::vector<std::optional<std::int64_t>> taken_over_;  // the step of the last exploit
  std::vector<std::size_t> complete_;
  std::vector<bool> failed_;
  std::optional<std::size_t> best_;
  bool best_is_known_ = true;
};

}  // namespace automl::search
