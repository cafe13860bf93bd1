// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::cli {

// Canned records of one study for the tests of what is shown.

// 40 trials under way: 2 running, 1 failed, with a baseline.
idl::StudyStatus digits_status();
// Its trials 0 to 5: complete, the baseline among them; 3 failed, 5 is running.
std::vector<idl::Trial> digits_trials();
// Ranks 1 to 3 and the baseline at rank 12.
idl::Leaderboard digits_board();

idl::Assignment assignment(const std::string& name, double value);
idl::Assignment assignment(const std::string& name, const char* value);
idl::Assignment assignment(const std::string& name, std::int64_t value);

}  // namespace automl::cli
