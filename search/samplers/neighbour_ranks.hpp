// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/samplers/observation_table.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// rank_weight of an earlier task whose rank at a configuration is the mean rank of the five
// complete trials nearest to it, weighted by inverse distance. Distances add over the parameters:
// differences of unit coordinates, 1 between categories and where only one is active. The latest
// 200 complete trials of `now` are looked at.
double neighbour_weight(const SearchSpace& space,
                        const ObservationTable& earlier,
                        const ObservationTable& now);

}  // namespace automl::search
