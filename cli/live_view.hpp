// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/engine_connection.hpp"

namespace automl::cli {

enum class Watched { kEnded, kDetached };

// Follows a study until it has ended or the user wants to leave: in place on a terminal, otherwise
// one line for each trial that ends. `quiet` shows nothing.
Watched watch_study(EngineConnection& engine, const std::string& study, bool quiet);

}  // namespace automl::cli
