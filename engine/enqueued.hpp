// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Configurations that may wait at once.
constexpr std::size_t kMostEnqueued = 1'000;

// Adds a configuration to those the study tries before its sampler's proposals. Durable before the
// reply; refused where the study has no room for it or its space does not hold it.
void enqueue(Turn& turn, const ConfigurationEnqueued& event);

}  // namespace automl::engine
