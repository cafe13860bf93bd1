// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
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

  std::size_t size() const { return status_.size(); }
  // Rows by trial number, ascending.
  const std::vector<std::size_t>& order() const { return order_; }
  // Unit-cube coordinate, NaN where the parameter was inactive.
  double unit(std::size_t row, std::size_t parameter) const {
    return units_[row * space_->size() + parameter];
  }
  // kFailed also when the value is not finite.
  Status status(std::size_t row) const { return status_[row]; }
  double value(std::size_t row) const { return values_[row]; }
  std::int64_t trial(std::size_t row) const { return trials_[row]; }
  const SeenConfigurations& seen() const { return seen_; }

 private:
  bool same(std::size_t row, const Observation& observation) const;
  void append(const Observation& observation);

  const SearchSpace* space_;
  std::vector<double> natives_;  // size() × parameters, as observed
  std::vector<double> units_;
  std::vector<Status> status_;
  std::vector<Status> told_status_;
  std::vector<double> values_;
  std::vector<std::int64_t> trials_;
  std::vector<std::size_t> order_;
  SeenConfigurations seen_;
};

}  // namespace automl::search
