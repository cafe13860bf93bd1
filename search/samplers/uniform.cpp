// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/uniform.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/enumeration.hpp"
#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kMostLevels = 64;  // more values than these are sampled
constexpr std::size_t kFrontier = 64;    // configurations kept per round of changes
constexpr int kRounds = 8;               // changes made to one configuration
constexpr std::uint64_t kMostWalked = 200'000;

// The parameters whose change may break the clause: its own, and the parents that switch them off.
std::vector<std::size_t> levers(const SearchSpace& space, const Forbidden& clause) {
  std::vector<std::size_t> found;
  const auto add = [&](std::size_t parameter) {
    if (std::find(found.begin(), found.end(), parameter) == found.end()) {
      found.push_back(parameter);
    }
  };
  for (const Comparison& comparison : clause.all_of) {
    add(comparison.parameter);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Comparison& condition : space[found[i]].conditions) {
      add(condition.parameter);
    }
  }
  return found;
}

std::vector<double> alternatives(const SearchSpace& space,
                                 std::size_t parameter,
                                 const Forbidden& clause,
                                 Random& random) {
  const Parameter& p = space[parameter];
  const std::size_t count = levels(p);
  std::vector<double> values;
  if (count > 0 && count <= kMostLevels) {
    for (std::size_t level = 0; level < count; ++level) {
      values.push_back(level_value(p, level));
    }
    return values;
  }
  values = {decode(p, 0), decode(p, 1)};
  // The values just beside an operand are where a comparison turns.
  const double infinity = std::numeric_limits<double>::infinity();
  const double step = count > 0 ? std::max(p.step, p.kind == Kind::kInt ? 1.0 : 0.0) : 0;
  for (const Comparison& comparison : clause.all_of) {
    for (const double operand : comparison.operands) {
      if (comparison.parameter == parameter) {
        values.push_back(operand);
        values.push_back(step > 0 ? operand - step : std::nextafter(operand, -infinity));
        values.push_back(step > 0 ? operand + step : std::nextafter(operand, infinity));
      }
    }
  }
  for (int i = 0; i < 16; ++i) {
    values.push_back(decode(p, random.uniform()));
  }
  return values;
}

std::optional<Configuration> walk(const SearchSpace& space, Random& random) {
  Enumeration all(space, 0);
  const std::uint64_t size = all.size();
  if (size > kMostWalked) {
    return std::nullopt;
  }
  const std::uint64_t start = random.below(size);
  for (std::uint64_t i = 0; i < size; ++i) {
    Configuration candidate = all.at((start + i) % size);
    if (space.allowed(candidate)) {
      return candidate;
    }
  }
  return std::nullopt;
}

}  // namespace

Configuration draw_uniform(const SearchSpace& space, Random& random) {
  std::vector<double> unit(space.size());
  for (double& coordinate : unit) {
    coordinate = random.uniform();
  }
  return decode(space, unit);
}

std::optional<Configuration> escape_forbidden(const SearchSpace& space,
                                              const Configuration& forbidden,
                                              Random& random) {
  std::vector<Configuration> frontier{forbidden};
  SeenConfigurations seen;
  for (int round = 0; round < kRounds && !frontier.empty(); ++round) {
    std::vector<Configuration> next;
    for (const Configuration& from : frontier) {
      const auto clause = std::find_if(space.forbidden().begin(),
                                       space.forbidden().end(),
                                       [&](const auto& one) { return one.holds(from); });
      if (clause == space.forbidden().end()) {
        return from;
      }
      for (const std::size_t parameter : levers(space, *clause)) {
        for (const double value : alternatives(space, parameter, *clause, random)) {
          Configuration candidate = from;
          candidate.values[parameter] = value;
          candidate = space.repair(std::move(candidate));
          if (space.allowed(candidate)) {
            return candidate;
          }
          if (!clause->holds(candidate) && next.size() < kFrontier && !seen.contains(candidate)) {
            seen.add(candidate);
            next.push_back(std::move(candidate));
          }
        }
      }
    }
    frontier = std::move(next);
  }
  return walk(space, random);
}

std::optional<Allowed> draw_allowed(const SearchSpace& space,
                                    Random& random,
                                    int tries,
                                    const std::function<Configuration()>& draw) {
  Configuration candidate;
  for (int i = 0; i < tries; ++i) {
    candidate = draw();
    if (space.allowed(candidate)) {
      return Allowed{std::move(candidate), ""};
    }
  }
  std::optional<Configuration> escaped = escape_forbidden(space, candidate, random);
  if (!escaped) {
    return std::nullopt;
  }
  return Allowed{*std::move(escaped), ", moved off a forbidden combination"};
}

void SeenConfigurations::add(const Configuration& configuration) {
  digests_.insert(ConfigurationHash()(configuration));
}

bool SeenConfigurations::contains(const Configuration& configuration) const {
  return digests_.count(ConfigurationHash()(configuration)) != 0;
}

SeenConfigurations seen_in(const Request& request) {
  SeenConfigurations seen;
  for (const Observation& observation : request.history.observations()) {
    seen.add(observation.configuration);
  }
  for (const Configuration& pending : request.pending) {
    seen.add(pending);
  }
  return seen;
}

}  // namespace automl::search
