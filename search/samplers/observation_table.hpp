// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "search/history.hpp"
#include "search/samplers/uniform.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// A history in the form in which models use it: encoded once, ordered by trial number instead of by
// the chance of which trial ended first. A cache: `read` notices when the history is another one
// than last time, and encodes only what was appended.
class ObservationTable {
 public:
  explicit ObservationTable(const SearchSpace& space) : space_(&space) {}

  void read(const History& history);
  void read(const std::vector<Observation>& observations);

  std::size_t size() const { return status_.size(); }
  // Rows by trial number, ascending.
  const std::vector<std::size_t>& order() const { return order_; }
  // Unit-cube coordinate, NaN where the parameter was inactive.
  double unit(std::size_t row, std::size_t parameter) const {
    return units_[row * space_->size() + parameter];
  }
  // All of them, size() × parameters(), row by row.
  const std::vector<double>& units() const { return units_; }
  std::size_t parameters() const { return space_->size(); }
  // kFailed also when a value is not finite, or objectives or constraints are missing.
  Status status(std::size_t row) const { return status_[row]; }
  double value(std::size_t row) const { return values_[row]; }
  std::int64_t trial(std::size_t row) const { return trials_[row]; }

  // As many as the first complete observation has; 1 and 0 while there is none.
  std::size_t objectives() const { return 1 + further_count_; }
  std::size_t constraints() const { return constraint_count_; }
  // One objective and no constraints: trials compare by `value` alone.
  bool plain() const { return further_count_ == 0 && constraint_count_ == 0; }
  // Objective 0 is `value`. Not defined for failed and pruned trials.
  double objective(std::size_t row, std::size_t k) const {
    return k == 0 ? values_[row] : further_[row][k - 1];
  }
  // All of them.
  std::vector<double> outcome(std::size_t row) const;
  // At most 0 where met. Not defined for failed and pruned trials.
  double constraint(std::size_t row, std::size_t c) const { return excess_[row][c]; }
  // Complete, and all constraints are met.
  bool feasible(std::size_t row) const;
  // How many of the newest `last` trials are complete and exactly as good as the best of all:
  // equal objectives, or while no trial is feasible an equal violation in all.
  std::size_t as_good_as_best(std::size_t last) const;
  // Rows, best first (search/ranking.hpp). Empty for a plain table.
  const std::vector<std::size_t>& ranking() const { return ranking_; }
  // Of a row in the ranking. Not defined for a plain table.
  std::size_t place(std::size_t row) const { return places_[row]; }
  const SeenConfigurations& seen() const { return seen_; }

 private:
  bool same(std::size_t row, const Observation& observation) const;
  void extend(const std::vector<Observation>& observations);  // with those that are new
  void append(const Observation& observation);
  bool whole(const Observation& observation) const;
  std::optional<std::size_t> best() const;  // complete row
  void rank(const std::vector<Observation>& observations);

  const SearchSpace* space_;
  std::uint64_t history_ = 0;    // that all of it is from; 0: no such
  std::vector<double> natives_;  // size() × parameters(), as observed
  std::vector<double> units_;
  std::vector<Status> status_;
  std::vector<Status> told_status_;
  std::vector<double> values_;
  std::vector<std::vector<double>> further_;
  std::vector<std::vector<double>> excess_;
  bool shaped_ = false;  // a complete observation has been seen
  std::size_t further_count_ = 0;
  std::size_t constraint_count_ = 0;
  std::vector<std::size_t> ranking_;
  std::vector<std::size_t> places_;
  std::vector<std::int64_t> trials_;
  std::vector<std::size_t> order_;
  SeenConfigurations seen_;
};

}  // namespace automl::search
