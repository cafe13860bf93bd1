// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/search_space.hpp"

namespace automl::search {

// The parameters with all parents before their children, otherwise as declared. Every child follows
// its last parent as closely as possible, so that whole branches stay together.
// Throws SpaceError for an unknown parent, and for a cycle with its path.
std::vector<std::size_t> order_by_conditions(const std::vector<Parameter>& parameters);

}  // namespace automl::search
