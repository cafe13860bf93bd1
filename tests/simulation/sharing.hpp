// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/simulation/simulation.hpp"

namespace automl::simulation {

struct SharingOutcome {
  Outcome outcome;
  double idle_share = 0;  // of the slots, while somebody waited
  std::int64_t given_back = 0;
  std::int64_t longest_give_back_ms = 0;
  std::int64_t most_borrowed = 0;
};

// Several studies of three users, some with Stop-and-Go, and plain sessions compete for one node of
// 8 CPUs; nothing fails.
SharingOutcome simulate_sharing(std::uint64_t seed, bool trace = false);

}  // namespace automl::simulation
