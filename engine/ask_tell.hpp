// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Trials for a program outside. The reply follows when the sampler has answered.
void ask(Turn& turn, const TrialsAsked& event);
void tell(Turn& turn, const TrialTold& event);

}  // namespace automl::engine
