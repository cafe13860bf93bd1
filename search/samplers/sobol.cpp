// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/sobol.hpp"

#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {

std::vector<Suggestion> SobolSampler::suggest(const Request& request) {
  if (!sequence_ || seed_ != request.seed) {
    sequence_.emplace(space_.size(), request.seed);
    seed_ = request.seed;
  }
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i) + 1;
    Random random(request.seed, index);
    auto point =
        draw_allowed(space_, random, 1, [&] { return decode(space_, sequence_->point(index)); });
    if (!point) {
      break;
    }
    suggestions.push_back(
        {std::move(point->configuration), "sobol: point " + std::to_string(index) + point->note});
  }
  return suggestions;
}

}  // namespace automl::search
