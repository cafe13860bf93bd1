// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/latin.hpp"

#include <numeric>
#include <utility>

#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {

namespace {

// Place `index` of a random permutation of 0 .. size-1.
std::size_t permuted(std::size_t index, std::size_t size, Random& random) {
  std::vector<std::size_t> places(size);
  std::iota(places.begin(), places.end(), 0);
  // Fisher and Yates, from the front: done once the place asked for is settled.
  for (std::size_t i = 0; i <= index; ++i) {
    std::swap(places[i], places[i + random.below(size - i)]);
  }
  return places[index];
}

}  // namespace

std::vector<Suggestion> LatinSampler::suggest(const Request& request) {
  const auto size = static_cast<std::uint64_t>(points_);
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    const std::uint64_t block = index / size;
    Random shuffles(request.seed, 2 * block + 1);
    Random random(request.seed, 2 * index);
    std::vector<double> unit(space_.size());
    for (double& coordinate : unit) {
      Random one(shuffles.bits());
      const auto slice = static_cast<double>(permuted(index % size, size, one));
      coordinate = (slice + random.uniform()) / static_cast<double>(size);
    }
    auto point = draw_allowed(space_, random, 1, [&] { return decode(space_, unit); });
    if (!point) {
      break;
    }
    suggestions.push_back({std::move(point->configuration),
                           "latin: point " + std::to_string(index % size + 1) + " of " +
                               std::to_string(size) + " in block " + std::to_string(block + 1) +
                               point->note});
  }
  return suggestions;
}

}  // namespace automl::search
