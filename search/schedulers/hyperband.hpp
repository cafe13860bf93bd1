// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/schedulers/successive_halving.hpp"

namespace automl::search {

struct HyperbandOptions {
  std::int64_t min = 1;   // the least step at which a trial may be judged; >= 1
  std::int64_t max = 81;  // step at which trials are complete; > min
  double reduction = 4;   // eta; > 1
  Halving halving = Halving::kPromote;
};

// One bracket of Hyperband: how many trials it starts and where it judges them.
struct Bracket {
  std::int64_t trials = 0;          // n
  std::vector<std::int64_t> rungs;  // below max, ascending
};

// s = s_max … 0 of Algorithm 1 (Li et al., "Hyperband", JMLR 18, 2018), the most aggressive first:
//   s_max = floor(log_eta(max / min)),  n = ceil((s_max + 1) / (s + 1) eta^s),
// with rungs at min eta^(s_max - s), and on by factors of eta. Where max / min is a power of eta
// these are the paper's, which counts down from max; elsewhere all brackets share the steps of
// asha.
std::vector<Bracket> hyperband_brackets(const HyperbandOptions& options);

// The bracket of a trial number: the first n numbers belong to bracket 0, the next ones to bracket
// 1, and so on round.
std::size_t bracket_of(const std::vector<Bracket>& brackets, std::int64_t trial);

// All steps at which some bracket judges, and max; ascending.
std::vector<std::int64_t> hyperband_budgets(const HyperbandOptions& options);

// Hyperband with asynchronous successive halving inside of each bracket (Li et al. 2020, section
// 3.3): brackets follow each other, but no trial waits for another one.
class HyperbandScheduler : public SuccessiveHalving {
 public:
  HyperbandScheduler(const HyperbandOptions& options, const Setting& setting)
      : HyperbandScheduler("hyperband", options, setting) {}

 protected:
  HyperbandScheduler(const std::string& name,
                     const HyperbandOptions& options,
                     const Setting& setting);
};

}  // namespace automl::search
