// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Enqueues the configurations of failed trials once more, and has a study that has ended go on.
// What was retried before is not retried again; its new trial may be.
void retry_failed(Turn& turn, const FailedRetried& event);

}  // namespace automl::engine
