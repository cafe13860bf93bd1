// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search::testing {

// One parameter of any kind, its ranges anything from one value to 600 orders of magnitude.
Parameter random_parameter(const std::string& name, Random& random);

// A space of 1 to `most` parameters of all kinds, conditions up to several levels deep, and up to
// three forbidden clauses; the same for the same seed.
SearchSpace random_space(std::uint64_t seed, std::size_t most);

}  // namespace automl::search::testing
