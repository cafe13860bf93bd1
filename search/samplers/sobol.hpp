// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "search/sampler.hpp"
#include "search/samplers/sobol_sequence.hpp"

namespace automl::search {

// A scrambled Sobol sequence over the unit cube, first point skipped: covers the space more evenly
// than random draws, docs/algorithms/sobol.md. A forbidden point is moved to an allowed one close
// by, and that is said. The suggestion with index i depends on seed and i only.
class SobolSampler : public Sampler {
 public:
  explicit SobolSampler(const SearchSpace& space) : space_(space) {}
  std::vector<Suggestion> suggest(const Request& request) override;
  bool learns() const override { return false; }

 private:
  const SearchSpace& space_;
  // The sequence of the last seed asked for; making one takes longer than a point of it.
  std::optional<SobolSequence> sequence_;
  std::uint64_t seed_ = 0;
};

}  // namespace automl::search
