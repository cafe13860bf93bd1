// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/grid.hpp"

#include <algorithm>
#include <cmath>

#include "search/samplers/uniform.hpp"

namespace automl::search {

namespace {

bool numeric(const Parameter& parameter) {
  return parameter.kind == Kind::kFloat || parameter.kind == Kind::kInt;
}

bool is_active(const SearchSpace& space, const Configuration& configuration, std::size_t i) {
  return std::all_of(space[i].conditions.begin(),
                     space[i].conditions.end(),
                     [&](const Comparison& condition) { return condition.holds(configuration); });
}

}  // namespace

GridSampler::GridSampler(const SearchSpace& space, int points) : space_(space), points_(points) {}

std::size_t GridSampler::levels(std::size_t parameter) const {
  const Parameter& one = space_[parameter];
  if (one.kind == Kind::kBool) {
    return 2;
  }
  if (!numeric(one)) {
    return one.choices;
  }
  const double step = one.step > 0 ? one.step : (one.kind == Kind::kInt ? 1 : 0);
  if (step > 0) {
    return static_cast<std::size_t>(std::floor((one.high - one.low) / step + 1e-9)) + 1;
  }
  return one.high > one.low ? static_cast<std::size_t>(points_) : 1;
}

double GridSampler::level(std::size_t parameter, std::size_t index) const {
  const Parameter& one = space_[parameter];
  const auto offset = static_cast<double>(index);
  if (!numeric(one)) {
    return offset;
  }
  if (one.step > 0 || one.kind == Kind::kInt) {
    return one.low + offset * (one.step > 0 ? one.step : 1);
  }
  const std::size_t count = levels(parameter);
  const double share = count > 1 ? offset / static_cast<double>(count - 1) : 0;
  if (!one.log) {
    return one.low + share * (one.high - one.low);
  }
  const double place = std::log(one.low) + share * (std::log(one.high) - std::log(one.low));
  return std::clamp(std::exp(place), one.low, one.high);
}

void GridSampler::fill(Configuration& configuration,
                       std::vector<std::size_t>& at,
                       std::size_t depth) const {
  for (std::size_t d = depth; d < space_.size(); ++d) {
    const std::size_t i = space_.order()[d];
    at[d] = 0;
    configuration.values[i] = is_active(space_, configuration, i) ? level(i, 0) : kInactive;
  }
}

bool GridSampler::advance(Configuration& configuration, std::vector<std::size_t>& at) const {
  for (std::size_t d = space_.size(); d-- > 0;) {
    const std::size_t i = space_.order()[d];
    if (!configuration.active(i) || at[d] + 1 >= levels(i)) {
      continue;
    }
    configuration.values[i] = level(i, ++at[d]);
    fill(configuration, at, d + 1);
    return true;
  }
  return false;
}

std::vector<Suggestion> GridSampler::suggest(const Request& request) {
  SeenConfigurations seen;
  for (const Observation& observation : request.history.observations()) {
    seen.add(observation.configuration);
  }
  for (const Configuration& pending : request.pending) {
    seen.add(pending);
  }
  Configuration configuration{std::vector<double>(space_.size(), kInactive)};
  std::vector<std::size_t> at(space_.size(), 0);
  fill(configuration, at, 0);
  std::vector<Suggestion> suggestions;
  std::uint64_t number = 0;
  do {
    ++number;
    const Configuration snapped = space_.repair(configuration);
    if (space_.allowed(snapped) && !seen.contains(snapped)) {
      seen.add(snapped);
      suggestions.push_back({snapped, "grid: combination " + std::to_string(number)});
    }
  } while (static_cast<int>(suggestions.size()) < request.count && advance(configuration, at));
  return suggestions;
}

}  // namespace automl::search
