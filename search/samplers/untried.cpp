// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/untried.hpp"

#include <algorithm>

#include "search/enumeration.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {
namespace {

constexpr int kTries = 256;
constexpr std::uint64_t kMostWalked = 200'000;  // larger finite spaces are drawn from at random

}  // namespace

std::optional<Untried> draw_untried(const SearchSpace& space,
                                    Random& random,
                                    const std::function<bool(const Configuration&)>& seen) {
  std::optional<Allowed> drawn;
  for (int i = 0; i < kTries; ++i) {
    drawn = draw_allowed(
        space, random, i == 0 ? kTries : 1, [&] { return draw_uniform(space, random); });
    if (!drawn || !seen(drawn->configuration)) {
      break;
    }
  }
  if (!drawn) {
    return std::nullopt;
  }
  if (!seen(drawn->configuration)) {
    return Untried{std::move(drawn->configuration), Untried::Found::kDrawn};
  }
  Enumeration all(space, 0);
  const std::uint64_t size = all.size();
  const std::uint64_t walked = size <= kMostWalked ? size : 0;
  const std::uint64_t start = random.below(std::max<std::uint64_t>(walked, 1));
  for (std::uint64_t i = 0; i < walked; ++i) {
    Configuration candidate = all.at((start + i) % size);
    if (space.allowed(candidate) && !seen(candidate)) {
      return Untried{std::move(candidate), Untried::Found::kLeft};
    }
  }
  return Untried{std::move(drawn->configuration), Untried::Found::kNone};
}

}  // namespace automl::search
