// SPDX-License-Identifier: Apache-2.0
#include "search/search_space.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "search/condition_graph.hpp"
#include "search/enumeration.hpp"
#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

constexpr double kLargestInt = 9007199254740992.0;  // 2^53: a double holds every integer up to here

bool numeric(const Parameter& p) { return p.kind == Kind::kFloat || p.kind == Kind::kInt; }

std::string text(double value) {
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), written.ptr};
}

void check_numeric(const Parameter& p, std::size_t index) {
  if (!std::isfinite(p.low) || !std::isfinite(p.high)) {
    throw SpaceError(index, p.name + " needs finite bounds");
  }
  if (p.low > p.high) {
    throw SpaceError(index, p.name + " has an empty range: " + text(p.low) + " > " + text(p.high));
  }
  if (p.log && p.low <= 0) {
    throw SpaceError(index, p.name + " is logarithmic, so its lower bound must be above 0");
  }
  if (!(p.step >= 0) || !std::isfinite(p.step)) {
    throw SpaceError(index, p.name + " needs a step above 0");
  }
  if (p.step > 0 && !((p.high - p.low) / p.step < kLargestInt)) {
    throw SpaceError(index, p.name + " has too small a step for its range");
  }
  if (p.kind == Kind::kInt) {
    const bool whole = std::round(p.low) == p.low && std::round(p.high) == p.high;
    if (!whole || std::round(p.step) != p.step) {
      throw SpaceError(index, p.name + " is an integer, so bounds and step must be whole numbers");
    }
    if (std::abs(p.low) > kLargestInt || std::abs(p.high) > kLargestInt) {
      throw SpaceError(index, p.name + " has bounds beyond ±2^53");
    }
  }
}

void check_choices(Parameter& p, std::size_t index) {
  if (p.kind == Kind::kBool || p.kind == Kind::kFixed) {
    p.choices = p.kind == Kind::kBool ? 2 : 1;
  }
  if (p.choices == 0) {
    throw SpaceError(index, p.name + " has no choices");
  }
  if (!p.scale.empty() &&
      (p.scale.size() != p.choices || !std::is_sorted(p.scale.begin(), p.scale.end()))) {
    throw SpaceError(index, p.name + " needs one ascending number for each of its choices");
  }
}

void check_default(const Parameter& p, std::size_t index) {
  if (!p.default_value) {
    return;
  }
  const double low = numeric(p) ? p.low : 0;
  const double high = numeric(p) ? p.high : static_cast<double>(p.choices - 1);
  if (!(*p.default_value >= low && *p.default_value <= high)) {
    throw SpaceError(index, p.name + " has a default outside its range: " + text(*p.default_value));
  }
}

double snap(const Parameter& p, double value) {
  const std::size_t count = levels(p);
  return count == 0 ? std::clamp(value, p.low, p.high) : level_value(p, level_of(p, value));
}

double default_of(const Parameter& p) {
  if (p.default_value) {
    return snap(p, *p.default_value);
  }
  return numeric(p) ? decode(p, 0.5) : 0;
}

bool holds_all(const std::vector<Comparison>& comparisons, const Configuration& configuration) {
  return std::all_of(comparisons.begin(), comparisons.end(), [&](const Comparison& comparison) {
    return comparison.holds(configuration);
  });
}

}  // namespace

bool Comparison::holds(const Configuration& configuration) const {
  const double value = configuration.values[parameter];
  if (std::isnan(value) || operands.empty()) {
    return false;
  }
  const double operand = operands.front();
  switch (relation) {
    case Relation::kEqual:
      return value == operand;
    case Relation::kNotEqual:
      return value != operand;
    case Relation::kLess:
      return value < operand;
    case Relation::kLessOrEqual:
      return value <= operand;
    case Relation::kGreater:
      return value > operand;
    case Relation::kGreaterOrEqual:
      return value >= operand;
    case Relation::kAnyOf:
      return std::find(operands.begin(), operands.end(), value) != operands.end();
  }
  return false;
}

bool Forbidden::holds(const Configuration& configuration) const {
  return !all_of.empty() && holds_all(all_of, configuration);
}

SearchSpace::SearchSpace(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden)
    : parameters_(std::move(parameters)), forbidden_(std::move(forbidden)) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i];
    if (!names.insert(p.name).second) {
      throw SpaceError(i, p.name + " appears twice");
    }
    if (numeric(p)) {
      check_numeric(p, i);
    } else {
      check_choices(p, i);
    }
    check_default(p, i);
    conditional_ = conditional_ || !p.conditions.empty();
  }
  for (const Forbidden& clause : forbidden_) {
    for (const Comparison& comparison : clause.all_of) {
      if (comparison.parameter >= parameters_.size()) {
        throw SpaceError(0, "a forbidden combination names an unknown parameter");
      }
    }
  }
  order_ = order_by_conditions(parameters_);
}

Configuration SearchSpace::repair(Configuration configuration) const {
  configuration.values.resize(size(), kInactive);
  for (const std::size_t i : order_) {
    double& value = configuration.values[i];
    if (!holds_all(parameters_[i].conditions, configuration)) {
      value = kInactive;
    } else {
      value = std::isnan(value) ? default_of(parameters_[i]) : snap(parameters_[i], value);
    }
  }
  return configuration;
}

Configuration SearchSpace::defaults() const { return repair({}); }

bool SearchSpace::valid(const Configuration& configuration) const {
  if (configuration.values.size() != size()) {
    return false;
  }
  for (const std::size_t i : order_) {
    if (holds_all(parameters_[i].conditions, configuration) != configuration.active(i)) {
      return false;
    }
    const double value = configuration.values[i];
    if (configuration.active(i) && snap(parameters_[i], value) != value) {
      return false;
    }
  }
  return allowed(configuration);
}

bool SearchSpace::allowed(const Configuration& configuration) const {
  return std::none_of(forbidden_.begin(), forbidden_.end(), [&](const Forbidden& clause) {
    return clause.holds(configuration);
  });
}

std::string SearchSpace::objection(const Configuration& configuration) const {
  if (configuration.values.size() != size()) {
    return std::to_string(configuration.values.size()) + " values for " + std::to_string(size()) +
           " parameters";
  }
  for (const std::size_t i : order_) {
    const Parameter& p = parameters_[i];
    const bool should_be_active = holds_all(p.conditions, configuration);
    if (should_be_active != configuration.active(i)) {
      return p.name +
             (should_be_active ? " is missing" : " has a value, but its conditions do not hold");
    }
    const double value = configuration.values[i];
    if (!should_be_active || snap(p, value) == value) {
      continue;
    }
    if (numeric(p) && value >= p.low && value <= p.high) {
      return p.name + " = " + text(value) + " is off its step; the nearest value is " +
             text(snap(p, value));
    }
    return p.name + " = " + text(value) + " lies outside " + text(numeric(p) ? p.low : 0) + " to " +
           text(numeric(p) ? p.high : static_cast<double>(p.choices - 1));
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (forbidden_[i].holds(configuration)) {
      return "forbidden combination number " + std::to_string(i + 1) + " holds";
    }
  }
  return "";
}

std::optional<std::size_t> SearchSpace::cardinality(std::size_t limit) const {
  const std::uint64_t count = Enumeration(*this, 0).size();
  return count <= limit && count != Enumeration::kInfinite ? std::optional<std::size_t>(count)
                                                           : std::nullopt;
}

}  // namespace automl::search
