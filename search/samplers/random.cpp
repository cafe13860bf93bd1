// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/random.hpp"

#include "search/samplers/uniform.hpp"

namespace automl::search {

namespace {

constexpr std::size_t kFiniteLimit = 100'000;
constexpr int kTries = 100;

}  // namespace

RandomSampler::RandomSampler(const SearchSpace& space)
    : space_(space), finite_(space.cardinality(kFiniteLimit).has_value()) {}

std::vector<Suggestion> RandomSampler::suggest(const Request& request) {
  SeenConfigurations seen;
  if (finite_) {
    for (const Observation& observation : request.history.observations()) {
      seen.add(observation.configuration);
    }
    for (const Configuration& pending : request.pending) {
      seen.add(pending);
    }
  }
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    Random random(request.seed, request.index + static_cast<std::uint64_t>(i));
    const auto draw = [&] { return draw_uniform(space_, random); };
    std::optional<Configuration> drawn = draw_allowed(space_, random, kTries, draw);
    for (int again = 0; finite_ && drawn && seen.contains(*drawn) && again < kTries; ++again) {
      drawn = draw_allowed(space_, random, kTries, draw);
    }
    if (!drawn) {
      break;
    }
    seen.add(*drawn);
    suggestions.push_back({*std::move(drawn), "random: uniform draw"});
  }
  return suggestions;
}

}  // namespace automl::search
