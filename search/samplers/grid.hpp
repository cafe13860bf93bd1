// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "search/enumeration.hpp"
#include "search/sampler.hpp"

namespace automl::search {

// Every combination once: all values of discrete parameters, `points` evenly spaced ones of a float
// without step; docs/algorithms/grid.md. Goes on at the combination with the number
// `Request::index` (forbidden ones not counted), leaves out what is finished or pending, and then
// comes back for combinations that neither finished nor are pending (cancelled ones, or indices
// that a baseline took). Ends with fewer suggestions than asked for when nothing is left.
class GridSampler : public Sampler {
 public:
  GridSampler(const SearchSpace& space, int points);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  static constexpr std::uint64_t kUnknown = Enumeration::kInfinite;

  // First allowed place in the enumeration from `place` on, or its size. Gives up, and returns the
  // size, when 100,000 blocks in a row are forbidden.
  std::uint64_t allowed_from(std::uint64_t place);
  // Place in the enumeration of the allowed combination number `index`, or the enumeration's size.
  std::uint64_t place_of(std::uint64_t index);

  const SearchSpace& space_;
  Enumeration all_;
  std::uint64_t size_;
  // The last answer of place_of, from which it goes on.
  std::uint64_t known_index_ = 0;
  std::uint64_t known_place_ = kUnknown;
};

}  // namespace automl::search
