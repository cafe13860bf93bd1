// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/sobol.hpp"

#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {

SobolSampler::SobolSampler(const SearchSpace& space) : space_(space) {}

std::vector<Suggestion> SobolSampler::suggest(const Request& request) {
  const SobolSequence sequence(space_.size(), request.seed);
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i) + 1;
    Configuration point = decode(space_, sequence.point(index));
    std::string reason = "sobol: point " + std::to_string(index);
    if (!space_.allowed(point)) {
      Random random(request.seed, index);
      auto drawn = draw_allowed(space_, random, 1, [&] { return draw_uniform(space_, random); });
      if (!drawn) {
        break;
      }
      point = *std::move(drawn);
      reason += " is forbidden, a random one instead";
    }
    suggestions.push_back({std::move(point), std::move(reason)});
  }
  return suggestions;
}

}  // namespace automl::search
