// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/schedulers/successive_halving.hpp"

namespace automl::search {

struct AshaOptions {
  std::int64_t min = 1;  // step of the first rung; >= 1
  std::int64_t max = 0;  // step at which trials are complete, beyond the last rung; 0: unknown
  double reduction = 4;  // eta; > 1
  Halving halving = Halving::kStop;
};

// Asynchronous successive halving (Li et al., "A system for massively parallel hyperparameter
// tuning", MLSys 2020): rungs at min * reduction^k < max. `kPromote` is the paper's Algorithm 2;
// `kStop` never pauses, so it needs no checkpoints.
class AshaScheduler : public SuccessiveHalving {
 public:
  AshaScheduler(const AshaOptions& options, const Setting& setting);
};

// min, min eta, min eta^2, … below max (0: 2^52), rounded down, without repetition.
std::vector<std::int64_t> geometric_rungs(double min, std::int64_t max, double reduction);

}  // namespace automl::search
