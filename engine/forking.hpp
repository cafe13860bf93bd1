// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// A new plain session that runs what another session, or a trial, runs, from what that one has
// saved. It belongs to nobody's study.
void fork_session(Turn& turn, const SessionForked& event);

}  // namespace automl::engine
