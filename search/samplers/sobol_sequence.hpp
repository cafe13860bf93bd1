// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace automl::search {

// Scrambled Sobol points in [0, 1)^dimensions: a random lower-triangular matrix and a digital shift
// per dimension (Matoušek 1998), both fixed by the seed. Point 0 is a point like any other after
// the shift, but callers skip it so that the unscrambled origin never shows. Beyond 128 dimensions
// the coordinates repeat those of earlier dimensions under another scrambling.
class SobolSequence {
 public:
  SobolSequence(std::size_t dimensions, std::uint64_t seed);

  // The point with this index, below 2^32.
  std::vector<double> point(std::uint64_t index) const;

 private:
  struct Dimension {
    std::vector<std::uint32_t> columns;  // scrambled direction numbers, one per bit of the index
    std::uint32_t shift;
  };
  std::vector<Dimension> dimensions_;
};

}  // namespace automl::search
