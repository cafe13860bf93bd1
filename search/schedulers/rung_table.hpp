// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "search/trial_curves.hpp"

namespace automl::search {

// Who reached a rung, best first; ties go to the lower trial number, values that are not finite
// come last. A trial's value at a rung is the first one it reported at or beyond the rung's step,
// by order of arrival, so later reports never change what was decided.
struct Rung {
  struct Entry {
    double value;
    std::int64_t trial;
    std::uint32_t curve;
  };
  std::int64_t step = 0;
  std::vector<Entry> entries;
};

// The rungs of one or more brackets, each trial climbing those of its own bracket.
class RungTable : public Follower {
 public:
  struct Place {
    std::size_t bracket = 0;
    std::size_t reached = 0;  // how many rungs of its bracket
    std::size_t fresh = 0;    // how many of these by the last report
    double value = 0;         // at the highest one reached; +inf: not finite
  };

  // `steps` of each bracket, ascending; `bracket_of` gives the bracket of a trial number.
  RungTable(const std::vector<std::vector<std::int64_t>>& steps,
            std::function<std::size_t(std::int64_t)> bracket_of);

  const std::vector<std::vector<Rung>>& brackets() const { return brackets_; }
  const Place& place(std::size_t curve) const { return places_[curve]; }
  // How many entries are better than a trial's at a rung that it has reached.
  std::size_t rank(std::size_t curve, std::size_t rung) const;

 protected:
  void forget() override;
  void absorb(const TrialCurves& curves, const TrialCurves::Event& event) override;

 private:
  std::vector<std::vector<Rung>> brackets_;
  std::function<std::size_t(std::int64_t)> bracket_of_;
  std::vector<Place> places_;
  // What each trial was entered with, per rung.
  std::vector<std::vector<Rung::Entry>> entered_;
};

}  // namespace automl::search
