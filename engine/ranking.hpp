// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace automl::engine {

// The complete trials of one study in their order. Feasible ones come first: with one objective by
// value, with several by front (a trial of front k is dominated by one of front k - 1 and by none
// of its own), within a front by the first objective. Infeasible ones follow by how much they miss
// in all. Equal ones by number.
class Ranking {
 public:
  struct Place {
    std::int64_t number = 0;
    std::int32_t front = 0;  // 1, 2, …; 0: one objective, or infeasible
  };

  // `values` are to be minimised: at least one, and as many for every trial. `violation` is 0 for a
  // feasible trial. Says whether the trial leads now: the best, or in the first front.
  bool add(std::int64_t number, std::vector<double> values, double violation);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::size_t infeasible() const { return infeasible_.size(); }
  // With one objective, when there is a feasible trial.
  std::optional<std::int64_t> best() const;
  // The first objective's best feasible value, to be minimised.
  std::optional<double> best_value() const;
  // Numbers of the first front, by the first objective; empty with one objective.
  std::vector<std::int64_t> front() const;
  // All, best first.
  std::vector<Place> places() const;

 private:
  using Entry = std::pair<std::vector<double>, std::int64_t>;

  bool add_to_fronts(Entry entry);

  std::size_t size_ = 0;
  std::set<std::pair<double, std::int64_t>> line_;  // one objective
  std::vector<std::vector<Entry>> fronts_;          // several; each in ascending order
  std::set<std::tuple<double, double, std::int64_t>> infeasible_;  // violation, first value, number
};

}  // namespace automl::engine
