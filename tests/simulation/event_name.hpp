// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/event.hpp"

namespace automl::simulation {

// One word for the log, and whom it is about.
std::string name_of(const engine::Event& event);

}  // namespace automl::simulation
