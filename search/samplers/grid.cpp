// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/grid.hpp"

#include <algorithm>

#include "search/samplers/uniform.hpp"

namespace automl::search {
namespace {

constexpr int kMostBlocks = 100'000;

std::string reason(std::uint64_t place, std::uint64_t size) {
  const std::string of = size == Enumeration::kInfinite ? "" : " of " + std::to_string(size);
  return "grid: combination " + std::to_string(place + 1) + of;
}

}  // namespace

GridSampler::GridSampler(const SearchSpace& space, int points)
    : space_(space), all_(space, static_cast<std::size_t>(points)), size_(all_.size()) {}

std::uint64_t GridSampler::allowed_from(std::uint64_t place) {
  for (int block = 0; block < kMostBlocks && place < size_; ++block) {
    const Configuration candidate = all_.at(place);
    std::uint64_t step = 0;
    for (const Forbidden& clause : space_.forbidden()) {
      if (clause.holds(candidate)) {
        step = std::max(step, all_.holding(place, clause.all_of));
      }
    }
    if (step == 0) {
      return place;
    }
    place = step > size_ - place ? size_ : place + step;
  }
  return size_;
}

std::uint64_t GridSampler::place_of(std::uint64_t index) {
  if (space_.forbidden().empty()) {
    return std::min(index, size_);
  }
  if (index < known_index_ || known_place_ == kUnknown) {
    known_index_ = 0;
    known_place_ = allowed_from(0);
  }
  for (; known_index_ < index && known_place_ < size_; ++known_index_) {
    known_place_ = allowed_from(known_place_ + 1);
  }
  return known_place_;
}

std::vector<Suggestion> GridSampler::suggest(const Request& request) {
  SeenConfigurations seen = seen_in(request);
  const bool nothing_known = seen.size() == 0;
  const auto wanted = static_cast<std::size_t>(std::max(request.count, 0));
  const std::uint64_t start = place_of(request.index);
  std::vector<Suggestion> suggestions;
  const auto take = [&](std::uint64_t from, std::uint64_t end) {
    for (std::uint64_t place = from; place < end && suggestions.size() < wanted; ++place) {
      place = allowed_from(place);
      if (place >= end) {
        break;
      }
      Configuration candidate = all_.at(place);
      if (!seen.contains(candidate)) {
        seen.add(candidate);
        suggestions.push_back({std::move(candidate), reason(place, size_)});
      }
    }
  };
  take(start, size_);
  // Without a history there is nothing to come back for: the index alone says what was proposed.
  if (!nothing_known) {
    take(0, start);
  }
  return suggestions;
}

}  // namespace automl::search
