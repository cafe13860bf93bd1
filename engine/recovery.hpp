// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/turn.hpp"

namespace automl::engine {

// Fills an empty state from the store.
void load_state(Turn& turn);
// Asks the executor about every open attempt; silent ones get a full new lease meanwhile.
void find_open_attempts(Turn& turn);

}  // namespace automl::engine
