// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/random.hpp"

#include "search/samplers/uniform.hpp"

namespace automl::search {
namespace {

constexpr int kTries = 256;

}  // namespace

std::vector<Suggestion> RandomSampler::suggest(const Request& request) {
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    Random random(request.seed, request.index + static_cast<std::uint64_t>(i));
    auto drawn = draw_allowed(space_, random, kTries, [&] { return draw_uniform(space_, random); });
    if (!drawn) {
      break;
    }
    suggestions.push_back({std::move(drawn->configuration), "random: uniform draw" + drawn->note});
  }
  return suggestions;
}

}  // namespace automl::search
