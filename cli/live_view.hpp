// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service_types.h"

#include "cli/engine_connection.hpp"
#include "cli/text.hpp"

namespace automl::cli {

// One frame of the view of a running study, each line at most `screen.width` wide.
std::string frame_text(const idl::StudyStatus& status, const Screen& screen);
// The two lines above it.
std::string header_text(const idl::StudyStatus& status, const Screen& screen);
// ▁▃▅▇ of the values, the last `width` of them, higher meaning better.
std::string sparkline(const std::vector<double>& values, bool maximize, std::size_t width);

enum class Watched { kEnded, kDetached };

// Follows a study until it has ended or the user presses Ctrl-C: in place on a terminal, otherwise
// one line for each trial that ends. `quiet` shows nothing.
Watched watch_study(EngineConnection& engine, const std::string& study, bool quiet);

// Whether Ctrl-C was pressed since the first call; the first call starts to listen for it.
bool interrupted();

}  // namespace automl::cli
