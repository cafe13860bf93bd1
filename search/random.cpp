// SPDX-License-Identifier: Apache-2.0
#include "search/random.hpp"

#include <bit>
#include <cmath>

namespace automl::search {
namespace {

// SplitMix64 (Steele, Lea and Flood 2014): spreads any seed over all bits of the state.
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  // Seed and stream are mixed one after the other, so (1, 2) and (2, 1) have nothing in common.
  std::uint64_t mixed = seed;
  std::uint64_t state = split_mix(mixed) ^ (stream * 0xd1342543de82ef95ULL);
  for (std::uint64_t& word : state_) {
    word = split_mix(state);
  }
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) {
  const double value = std::lerp(low, high, uniform());
  return value < high ? value : low;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Values under 2^64 mod bound would make the small remainders more likely.
  const std::uint64_t threshold = (0 - bound) % bound;
  std::uint64_t value = bits();
  while (value < threshold) {
    value = bits();
  }
  return value % bound;
}

double Random::normal() {
  // Marsaglia's polar method; the second deviate is dropped so that no state hides outside state_.
  for (;;) {
    const double u = 2 * uniform() - 1;
    const double v = 2 * uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) {
      return u * std::sqrt(-2 * std::log(s) / s);
    }
  }
}

}  // namespace automl::search
