// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/nsga2.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "search/levels.hpp"
#include "search/ranking.hpp"
#include "search/samplers/sobol.hpp"
#include "search/samplers/uniform.hpp"
#include "search/samplers/untried.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {

namespace {

constexpr int kTries = 32;  // offspring before a configuration met before is replaced

bool ordered(const Parameter& parameter) {
  return parameter.kind == Kind::kFloat || parameter.kind == Kind::kInt ||
         parameter.kind == Kind::kOrdinal;
}

double uniform_value(const Parameter& parameter, Random& random) {
  return decode(parameter, random.uniform());
}

// Tournament of two: parents stand in their order, so the lower place wins.
const Observation& chosen(const std::vector<const Observation*>& parents, Random& random) {
  const std::uint64_t a = random.below(parents.size());
  const std::uint64_t b = random.below(parents.size());
  return *parents[std::min(a, b)];
}

}  // namespace

std::vector<const Observation*> Nsga2Sampler::parents(const Request& request) const {
  std::vector<const Observation*> all;
  for (const Observation& one : request.history.observations()) {
    if (one.status == Status::kComplete && one.configuration.values.size() == space_.size()) {
      all.push_back(&one);
    }
  }
  if (all.size() < static_cast<std::size_t>(options_.population)) {
    return {};
  }
  std::vector<const Observation*> best;
  for (const std::size_t place : best_first(all)) {
    best.push_back(all[place]);
    if (best.size() == static_cast<std::size_t>(options_.population)) {
      break;
    }
  }
  return best;
}

// Simulated binary crossover (Deb and Agrawal 1995) in the unit interval; one of its two children.
double Nsga2Sampler::crossed(const Parameter& parameter, double a, double b, Random& random) const {
  if (!ordered(parameter)) {
    return random.uniform() < 0.5 ? a : b;
  }
  const double x = encode(parameter, a);
  const double y = encode(parameter, b);
  const double u = random.uniform();
  const double power = 1 / (options_.crossover_spread + 1);
  const double spread = u < 0.5 ? std::pow(2 * u, power) : std::pow(1 / (2 * (1 - u)), power);
  const double child = 0.5 * ((1 + spread) * x + (1 - spread) * y);
  return decode(parameter, std::clamp(child, 0.0, 1.0));
}

// Polynomial mutation (Deb and Goyal 1996); another value for what has no order.
double Nsga2Sampler::mutated(const Parameter& parameter, double value, Random& random) const {
  if (!ordered(parameter)) {
    return uniform_value(parameter, random);
  }
  const double u = random.uniform();
  const double power = 1 / (options_.mutation_spread + 1);
  const double shift = u < 0.5 ? std::pow(2 * u, power) - 1 : 1 - std::pow(2 * (1 - u), power);
  const double unit = std::clamp(encode(parameter, value) + shift, 0.0, 1.0);
  const double moved = decode(parameter, unit);
  const std::size_t count = levels(parameter);
  if (moved != value || count < 2) {
    return moved;
  }
  // The step stayed within the cell of an integer: take a neighbour.
  const std::size_t level = level_of(parameter, value);
  const bool up = level + 1 < count && (level == 0 || shift >= 0);
  return level_value(parameter, up ? level + 1 : level - 1);
}

Configuration Nsga2Sampler::offspring(const std::vector<const Observation*>& parents,
                                      Random& random) const {
  const Configuration& one = chosen(parents, random).configuration;
  const Configuration& other = chosen(parents, random).configuration;
  const bool crossing = random.uniform() < options_.crossover;
  const double rate = 1 / static_cast<double>(std::max<std::size_t>(space_.size(), 1));
  Configuration child{std::vector<double>(space_.size(), kInactive)};
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Parameter& parameter = space_[i];
    double value = one.values[i];
    if (!one.active(i)) {
      value = other.values[i];
    } else if (crossing && other.active(i)) {
      value = crossed(parameter, value, other.values[i], random);
    }
    if (std::isnan(value)) {
      value = uniform_value(parameter, random);  // may be active in the child alone
    }
    child.values[i] = random.uniform() < rate ? mutated(parameter, value, random) : value;
  }
  return space_.repair(std::move(child));
}

std::optional<Suggestion> Nsga2Sampler::fall_back(Random& random,
                                                  const SeenConfigurations& seen) const {
  auto other =
      draw_untried(space_, random, [&](const Configuration& one) { return seen.contains(one); });
  if (!other) {
    return std::nullopt;  // every configuration is forbidden
  }
  return Suggestion{std::move(other->configuration),
                    other->found == Untried::Found::kNone
                        ? "nsga2: every configuration has been tried"
                        : "nsga2: its offspring were all tried or forbidden, so a random one"};
}

std::vector<Suggestion> Nsga2Sampler::suggest(const Request& request) {
  const std::vector<const Observation*> elite = parents(request);
  SeenConfigurations seen = seen_in(request);
  SobolSampler sobol(space_);
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    Random random(request.seed, index);
    std::optional<Suggestion> suggestion;
    if (elite.empty()) {
      auto points = sobol.suggest({request.history, request.pending, index, request.seed, 1});
      if (!points.empty() && !seen.contains(points.front().configuration)) {
        suggestion = {points.front().configuration, "nsga2: initial " + points.front().reason};
      }
    }
    for (int tries = 0; tries < kTries && !elite.empty() && !suggestion; ++tries) {
      Configuration child = offspring(elite, random);
      if (space_.allowed(child) && !seen.contains(child)) {
        suggestion = {std::move(child),
                      "nsga2: offspring of the best " + std::to_string(elite.size())};
      }
    }
    if (!suggestion) {
      suggestion = fall_back(random, seen);
    }
    if (!suggestion) {
      break;  // every configuration is forbidden
    }
    seen.add(suggestion->configuration);
    suggestions.push_back(*std::move(suggestion));
  }
  return suggestions;
}

}  // namespace automl::search
