// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "service_types.h"

#include "cli/text.hpp"

namespace automl::cli {

// What is said about a running study. No line is wider than the screen, and nothing that a study or
// a trial calls itself can steer the terminal.

// Name, budget, algorithm, seed: one line.
std::string header_text(const idl::StudyStatus& status, const Screen& screen);

// Progress, best, history and running trials; at most `screen.height` - 4 lines.
std::string frame_text(const idl::StudyStatus& status, const Screen& screen);

// One line about a trial that has ended, for output that is no terminal.
std::string ended_line(const idl::Trial& trial, const idl::StudySpec& spec);

// ▁▃▅▇ of the values in at most `width` columns, higher meaning better. A value that is no number
// shows as the lowest.
std::string sparkline(const std::vector<double>& values, bool maximize, std::size_t width);

// Trials that have ended with a result or a failure.
std::int64_t finished(const idl::StudyStatus& status);

}  // namespace automl::cli
