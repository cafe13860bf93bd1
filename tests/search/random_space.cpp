// SPDX-License-Identifier: Apache-2.0
#include "tests/search/random_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "search/space_encoding.hpp"

namespace automl::search::testing {
namespace {

constexpr std::array<Kind, 6> kKinds = {
    Kind::kFloat, Kind::kInt, Kind::kCategorical, Kind::kOrdinal, Kind::kBool, Kind::kFixed};

Comparison random_comparison(std::size_t parent, const Parameter& p, Random& random) {
  constexpr std::array<Relation, 7> kRelations = {Relation::kEqual,
                                                  Relation::kNotEqual,
                                                  Relation::kLess,
                                                  Relation::kLessOrEqual,
                                                  Relation::kGreater,
                                                  Relation::kGreaterOrEqual,
                                                  Relation::kAnyOf};
  Comparison comparison{parent, kRelations[random.below(kRelations.size())], {}};
  const std::size_t operands = comparison.relation == Relation::kAnyOf ? 2 : 1;
  for (std::size_t i = 0; i < operands; ++i) {
    comparison.operands.push_back(decode(p, random.uniform()));
  }
  return comparison;
}

void make_numeric(Parameter& p, Random& random) {
  if (p.kind == Kind::kInt) {
    p.low = std::floor(random.uniform(-20, 20));
    p.high = p.low + std::floor(std::pow(10, random.uniform(0, 4))) - 1;
    p.step = random.below(3) == 0 ? static_cast<double>(1 + random.below(7)) : 0;
  } else if (random.below(8) == 0) {
    p.low = 1e-300;
    p.high = 1e300;
    p.log = random.below(2) == 0;
    return;
  } else {
    p.low = random.uniform(-10, 10);
    p.high = p.low + std::pow(10, random.uniform(-3, 3));
    p.step = random.below(3) == 0 ? (p.high - p.low) * random.uniform(0.003, 1.2) : 0;
  }
  if (random.below(3) == 0) {
    const double shift = std::max(0.0, (p.kind == Kind::kInt ? 1 : 0.001) - p.low);
    p.low += shift;
    p.high += shift;
    p.log = true;
  }
}

}  // namespace

Parameter random_parameter(const std::string& name, Random& random) {
  Parameter p;
  p.name = name;
  p.kind = kKinds[random.below(kKinds.size())];
  if (p.kind == Kind::kFloat || p.kind == Kind::kInt) {
    make_numeric(p, random);
  } else {
    const std::size_t many = 1 + random.below(30);
    p.choices = p.kind == Kind::kBool ? 2 : p.kind == Kind::kFixed ? 1 : many;
  }
  if (random.below(3) == 0) {
    p.default_value = decode(p, random.uniform());
  }
  return p;
}

SearchSpace random_space(std::uint64_t seed, std::size_t most) {
  Random random(seed, 99);
  std::vector<Parameter> parameters;
  const std::size_t size = 1 + random.below(most);
  for (std::size_t i = 0; i < size; ++i) {
    parameters.push_back(random_parameter("p" + std::to_string(i), random));
    for (std::size_t k = 0; i > 0 && k < 2 && random.below(2) == 0; ++k) {
      const std::size_t parent = random.below(i);
      parameters[i].conditions.push_back(random_comparison(parent, parameters[parent], random));
    }
  }
  std::vector<Forbidden> forbidden(random.below(4));
  for (Forbidden& clause : forbidden) {
    const std::size_t terms = 1 + random.below(2);
    for (std::size_t k = 0; k < terms && size > 1; ++k) {
      const std::size_t which = random.below(size);
      clause.all_of.push_back(random_comparison(which, parameters[which], random));
    }
  }
  return {std::move(parameters), std::move(forbidden)};
}

}  // namespace automl::search::testing
