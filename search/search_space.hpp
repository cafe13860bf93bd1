// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "search/configuration.hpp"

namespace automl::search {

enum class Kind { kFloat, kInt, kCategorical, kOrdinal, kBool, kFixed };

enum class Relation { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kAnyOf };

// `values[parameter] relation operands`, in native units (indices for categorical and ordinal).
// Never holds when the parameter is inactive.
struct Comparison {
  std::size_t parameter = 0;
  Relation relation = Relation::kEqual;
  std::vector<double> operands;

  bool holds(const Configuration& configuration) const;
};

struct Parameter {
  std::string name;
  Kind kind = Kind::kFloat;
  double low = 0;  // float, int: inclusive bounds, low <= high; log needs low > 0
  double high = 1;
  bool log = false;
  double step = 0;            // float, int: values are low + k * step; 0: none (int: 1)
  std::size_t choices = 0;    // categorical, ordinal: how many; bool: 2; fixed: 1
  std::vector<double> scale;  // ordinal with numeric choices: their values, ascending; else empty
  std::optional<double> default_value;  // native units; unset: middle of the range, first choice
  std::vector<Comparison> conditions;   // active only when all hold
};

// All hold at once. Without comparisons it never holds.
struct Forbidden {
  std::vector<Comparison> all_of;

  bool holds(const Configuration& configuration) const;
};

// The space is contradictory: cycle among the conditions (the message shows its path), an empty
// range, log of zero, an unknown parent. `parameter` is where, by index.
class SpaceError : public std::invalid_argument {
 public:
  SpaceError(std::size_t where, const std::string& message)
      : std::invalid_argument(message), parameter(where) {}
  std::size_t parameter;
};

// What may vary: an ordered list of parameters, the conditions between them (a directed acyclic
// graph), and forbidden combinations. Immutable after construction, so any thread may use it.
class SearchSpace {
 public:
  // Throws SpaceError.
  SearchSpace(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden);

  std::size_t size() const { return parameters_.size(); }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Parameter& operator[](std::size_t index) const { return parameters_[index]; }
  const std::vector<Forbidden>& forbidden() const { return forbidden_; }
  // Parents before children.
  const std::vector<std::size_t>& order() const { return order_; }
  bool conditional() const { return conditional_; }

  // Snaps every value to its range and step, fills in defaults for active parameters that are
  // missing, and deactivates those whose conditions do not hold.
  Configuration repair(Configuration configuration) const;
  Configuration defaults() const;

  // In range, on the step, exactly the active parameters set, no forbidden clause.
  bool valid(const Configuration& configuration) const;
  bool allowed(const Configuration& configuration) const;
  // Why `valid` says no, for messages; empty when it is valid.
  std::string objection(const Configuration& configuration) const;

  // How many distinct valid configurations there are, before forbidden clauses; unset when infinite
  // (a float without step), above the limit, or too branched to count quickly.
  std::optional<std::size_t> cardinality(std::size_t limit) const;

 private:
  std::vector<Parameter> parameters_;
  std::vector<Forbidden> forbidden_;
  std::vector<std::size_t> order_;
  bool conditional_ = false;
};

}  // namespace automl::search
