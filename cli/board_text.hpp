// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service_types.h"

#include "cli/text.hpp"

namespace automl::cli {

// "baseline" or "enqueued" for what did not come from the algorithm, else "".
std::string origin_text(const idl::Trial& trial);

// The leaderboard as aligned text; rows of baselines and enqueued configurations are marked, the
// best baseline's is added when it is not among them. Where trials were run again, a column has
// mean and interval. Infeasible trials are marked with the constraints they miss, and by how much.
std::string board_text(const idl::Leaderboard& board, const Screen& screen);

// With which parameters the best trial of a population was trained, step by step; empty for other
// studies.
std::string schedule_text(const idl::Leaderboard& board, const Screen& screen);

// The line that says how the best, or the front, compares with the baseline, honestly; empty
// without a baseline.
std::string comparison_text(const idl::StudyStatus& status);

// What is said when a study has ended: outcome, board, comparison, where to look further.
std::string summary_text(const idl::StudyStatus& status,
                         const idl::Leaderboard& board,
                         std::int64_t failed_example,
                         const Screen& screen);

}  // namespace automl::cli
