// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "search/search_space.hpp"

namespace automl::search::testing {

inline Parameter real(const std::string& name, double low, double high, bool log = false) {
  Parameter p;
  p.name = name;
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}

inline Parameter whole(const std::string& name, double low, double high, double step = 0) {
  Parameter p = real(name, low, high);
  p.kind = Kind::kInt;
  p.step = step;
  return p;
}

inline Parameter choice(const std::string& name, std::size_t choices) {
  Parameter p;
  p.name = name;
  p.kind = Kind::kCategorical;
  p.choices = choices;
  return p;
}

inline Parameter when(Parameter p, std::size_t parent, Relation relation, double operand) {
  p.conditions.push_back({parent, relation, {operand}});
  return p;
}

inline SearchSpace unit_cube(std::size_t dimensions) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < dimensions; ++i) {
    parameters.push_back(real("x" + std::to_string(i), 0, 1));
  }
  return {std::move(parameters), {}};
}

}  // namespace automl::search::testing
