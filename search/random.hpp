// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace automl::search {

// Pseudo-random numbers, the same on every machine and compiler (the standard distributions are
// not): xoshiro256** (Blackman and Vigna 2021), seeded through SplitMix64. Not thread safe.
class Random {
 public:
  // `stream` separates the numbers of one seed: the engine passes the proposal number, so a
  // suggestion does not depend on how many numbers earlier ones drew.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t bits();                      // uniform over all 64-bit values
  double uniform();                          // [0, 1), 53 bits
  double uniform(double low, double high);   // [low, high)
  std::uint64_t below(std::uint64_t bound);  // 0 .. bound-1, unbiased; bound > 0
  double normal();                           // mean 0, standard deviation 1

 private:
  std::uint64_t state_[4];
};

}  // namespace automl::search
