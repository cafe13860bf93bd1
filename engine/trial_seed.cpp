// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_seed.hpp"

namespace automl::engine {

namespace {

constexpr std::uint64_t kTrials = 1;
constexpr std::uint64_t kRepeats = 2;

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the input reaches every bit of the
// result.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::int64_t seed_of(std::int64_t study_seed, std::uint64_t kind, std::uint64_t index) {
  constexpr std::uint64_t kLargest = 0x7fffffff;
  const std::uint64_t word =
      mixed(mixed(mixed(static_cast<std::uint64_t>(study_seed)) + kind) + index);
  return static_cast<std::int64_t>(word % kLargest) + 1;
}

}  // namespace

std::int64_t trial_seed(std::int64_t study_seed, std::int64_t number) {
  return seed_of(study_seed, kTrials, static_cast<std::uint64_t>(number));
}

std::int64_t repeat_seed(std::int64_t study_seed, std::int32_t repeat) {
  return seed_of(study_seed, kRepeats, static_cast<std::uint64_t>(repeat));
}

}  // namespace automl::engine
