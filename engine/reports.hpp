// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// First call of a runner: fences others off, moves everything to running, and hands out the order.
void register_runner(Turn& turn, const RunnerRegistered& event);

// Stores a batch of measurements, writes its log, and answers with a verdict.
void record(Turn& turn, const BatchReported& event);

}  // namespace automl::engine
