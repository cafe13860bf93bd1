// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/history.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// What earlier tasks (History::prior) are worth for this one: docs/algorithms/inherit.md.

// How far an earlier task is to be trusted, in [0, 1], by how well it ranks this task's complete
// trials: `predicted` are its values for them, `actual` theirs. With c the share of pairs that both
// rank alike (ties count half) and n trials,
//   c' = ((n - 1) c + 2 * 0.9) / (n + 1),  weight = max(0, 2 c' - 1):
// what it is trusted before anything is known, 0.8, counts as much as two further trials.
double rank_weight(const std::vector<double>& predicted, const std::vector<double>& actual);

// The best complete trials of the tasks, by turns, at most `most`: what to try first. Those that
// are not allowed in the space are left out, and those nearer than 0.05 of the range in every
// parameter to one that is chosen already.
std::vector<Configuration> inherited_design(const SearchSpace& space,
                                            const std::vector<PriorTask>& tasks,
                                            std::size_t most);

}  // namespace automl::search
