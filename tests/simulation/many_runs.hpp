// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "tests/simulation/simulation.hpp"

namespace automl::simulation {

// Which seeds to run: all of them, unless so many trials or seconds are reached before.
struct Extent {
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t trials = std::numeric_limits<std::uint64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
};

// What came of them together.
struct ManyRuns {
  std::uint64_t runs = 0;
  Outcome sum;  // with the violation of `failed_seed`
  double took_s = 0;
  double cpu_s = 0;
  std::optional<std::uint64_t> failed_seed;  // after which no more were begun

  // Some lines for people.
  std::string text() const;
};

// One run after the other on each of the machine's cores.
ManyRuns simulate_many(const Extent& extent);

}  // namespace automl::simulation
