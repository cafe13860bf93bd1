// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Puts an edited file into force for a study, or tells what that would change. Trials stay as they
// were proposed; what the study keeps in memory is read anew from the store, as after a restart.
void edit_study(Turn& turn, const StudyEdited& event);

}  // namespace automl::engine
