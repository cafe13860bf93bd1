// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/sobol_sequence.hpp"

#include <bit>

#include "search/random.hpp"
#include "search/samplers/sobol_directions.hpp"

namespace automl::search {

namespace {

constexpr int kBits = 32;

// v_k = m_k / 2^k as 32-bit fractions, by the recurrence of Bratley and Fox (1988), eq. 3.
std::vector<std::uint32_t> direction_numbers(std::size_t dimension) {
  std::vector<std::uint32_t> v(kBits);
  if (dimension == 0) {
    for (int k = 0; k < kBits; ++k) {
      v[static_cast<std::size_t>(k)] = 1u << (kBits - 1 - k);
    }
    return v;
  }
  const SobolDirection& direction = kSobolDirections[(dimension - 1) % kSobolDirections.size()];
  const int degree = std::bit_width(direction.polynomial) - 1;
  for (int k = 0; k < kBits; ++k) {
    const auto at = static_cast<std::size_t>(k);
    if (k < degree) {
      v[at] = direction.initial[at] << (kBits - 1 - k);
      continue;
    }
    const auto back = [&](int steps) { return v[static_cast<std::size_t>(k - steps)]; };
    v[at] = back(degree) ^ (back(degree) >> degree);
    for (int i = 1; i < degree; ++i) {
      if ((direction.polynomial >> (degree - i)) & 1u) {
        v[at] ^= back(i);
      }
    }
  }
  return v;
}

// Multiplies by a random lower-triangular bit matrix with ones on the diagonal, most significant
// bit first.
std::uint32_t scramble(std::uint32_t number, const std::vector<std::uint32_t>& rows) {
  std::uint32_t result = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const std::uint32_t parity =
        static_cast<std::uint32_t>(std::popcount(number & rows[static_cast<std::size_t>(bit)])) &
        1u;
    result |= parity << (kBits - 1 - bit);
  }
  return result;
}

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t seed) {
  for (std::size_t d = 0; d < dimensions; ++d) {
    Random random(seed, 0x536f626f6cULL + d);
    std::vector<std::uint32_t> rows(kBits);
    for (int bit = 0; bit < kBits; ++bit) {
      const std::uint32_t diagonal = 1u << (kBits - 1 - bit);
      const std::uint32_t above = ~(diagonal | (diagonal - 1));  // more significant bits
      rows[static_cast<std::size_t>(bit)] =
          diagonal | (static_cast<std::uint32_t>(random.bits()) & above);
    }
    Dimension dimension;
    for (const std::uint32_t number : direction_numbers(d)) {
      dimension.columns.push_back(scramble(number, rows));
    }
    dimension.shift = static_cast<std::uint32_t>(random.bits());
    dimensions_.push_back(std::move(dimension));
  }
}

std::vector<double> SobolSequence::point(std::uint64_t index) const {
  std::vector<double> point;
  point.reserve(dimensions_.size());
  for (const Dimension& dimension : dimensions_) {
    std::uint32_t fraction = dimension.shift;
    for (std::uint64_t rest = index, k = 0; rest != 0 && k < kBits; rest >>= 1, ++k) {
      if ((rest & 1) != 0) {
        fraction ^= dimension.columns[k];
      }
    }
    // The middle of the cell, so that neither bound is hit exactly.
    point.push_back((static_cast<double>(fraction) + 0.5) * 0x1.0p-32);
  }
  return point;
}

}  // namespace automl::search
