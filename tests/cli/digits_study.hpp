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
// The same with a second objective, `latency_ms`, and trial 2 on the front, too.
idl::StudyStatus two_objectives_status();
// Front 1: trials 1 and 2, front 2: trial 4; the baseline is the last.
idl::Leaderboard two_objectives_board();
// The study gets `constraints: ["size_mb < 20"]`; each of the trials has the size of its place.
void bound_size(idl::StudySpec& spec);
void set_size(idl::Trial& trial, double size_mb);

idl::Assignment assignment(const std::string& name, double value);
idl::Assignment assignment(const std::string& name, const char* value);
idl::Assignment assignment(const std::string& name, std::int64_t value);

}  // namespace automl::cli
