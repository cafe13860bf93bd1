// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "search/history.hpp"
#include "search/schedulers/hyperband.hpp"

namespace automl::search {

// What a model is to learn from.
struct BudgetObservations {
  std::int64_t budget = 0;  // 0: no budget has enough observations yet
  History history;          // empty then
};

// The observations at the highest budget that has `fewest` finite ones; the paper takes d + 3 for d
// parameters (section 3.2). A trial's value at a budget is the first one it reported at or beyond
// that step, as for the rungs; ones that are not finite are failed observations, and so are failed
// trials that did not get there. In the order of the trials' starts.
BudgetObservations select_observations(const TrialCurves& curves,
                                       const std::vector<std::int64_t>& budgets,
                                       std::size_t fewest);

// BOHB (Falkner, Klein and Hutter, ICML 2018): the brackets of Hyperband, while a sampler proposes
// the configurations of new trials from what observations() gives it.
class BohbScheduler : public HyperbandScheduler {
 public:
  BohbScheduler(const HyperbandOptions& options, const Setting& setting)
      : HyperbandScheduler("bohb", options, setting), budgets_(hyperband_budgets(options)) {}

  BudgetObservations observations(const TrialCurves& curves, std::size_t fewest) const {
    return select_observations(curves, budgets_, fewest);
  }

 private:
  std::vector<std::int64_t> budgets_;
};

}  // namespace automl::search
