// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/uniform.hpp"

#include <bit>
#include <cmath>

#include "search/space_encoding.hpp"

namespace automl::search {

namespace {

constexpr int kUniformTries = 1'000;
constexpr int kValuesTried = 64;

// Changes one parameter at a time of a forbidden configuration until it is allowed.
std::optional<Configuration> escape(const SearchSpace& space, const Configuration& forbidden) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    for (int k = 0; k < kValuesTried; ++k) {
      Configuration candidate = forbidden;
      candidate.values[i] = decode(space[i], (k + 0.5) / kValuesTried);
      candidate = space.repair(std::move(candidate));
      if (space.allowed(candidate)) {
        return candidate;
      }
    }
  }
  return std::nullopt;
}

std::uint64_t digest(const Configuration& configuration) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const double value : configuration.values) {
    const std::uint64_t bits =
        std::isnan(value) ? ~0ULL : std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

Configuration draw_uniform(const SearchSpace& space, Random& random) {
  std::vector<double> unit(space.size());
  for (double& coordinate : unit) {
    coordinate = random.uniform();
  }
  return decode(space, unit);
}

std::optional<Configuration> draw_allowed(const SearchSpace& space,
                                          Random& random,
                                          int tries,
                                          const std::function<Configuration()>& draw) {
  Configuration candidate;
  for (int i = 0; i < tries; ++i) {
    candidate = draw();
    if (space.allowed(candidate)) {
      return candidate;
    }
  }
  for (int i = 0; i < kUniformTries; ++i) {
    candidate = draw_uniform(space, random);
    if (space.allowed(candidate)) {
      return candidate;
    }
  }
  return escape(space, candidate);
}

void SeenConfigurations::add(const Configuration& configuration) {
  digests_.insert(digest(configuration));
}

bool SeenConfigurations::contains(const Configuration& configuration) const {
  return digests_.count(digest(configuration)) != 0;
}

}  // namespace automl::search
