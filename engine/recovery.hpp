// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/turn.hpp"

namespace automl::engine {

// A study with all that follows from its record and from its trials in the store. Throws
// std::logic_error when they do not go together.
StudyEntry read_study(storage::Storage& storage, idl::Study record);
// Fills an empty state from the store.
void load_state(Turn& turn);
// Asks the executor about every open attempt; silent ones get a full new lease meanwhile.
void find_open_attempts(Turn& turn);

}  // namespace automl::engine
