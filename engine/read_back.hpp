// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/turn.hpp"

namespace automl::engine {

// What a program says that its parameters are, kept with the attempt and compared with what its
// trial was given. A later word about a parameter overrides an earlier one; parameters that the
// trial does not have are ignored.
void read_back(Turn& turn, SessionEntry& session, const std::vector<idl::Assignment>& used);

}  // namespace automl::engine
