// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service_types.h"

#include "cli/text.hpp"

namespace automl::cli {

// The leaderboard as aligned text; the baseline's row is marked, and added when it is not among
// them. Infeasible trials are marked with the constraints they miss, and by how much.
std::string board_text(const idl::Leaderboard& board, const Screen& screen);

// The line that says how the best, or the front, compares with the baseline, honestly; empty
// without a baseline.
std::string comparison_text(const idl::StudyStatus& status);

// What is said when a study has ended: outcome, board, comparison, where to look further.
std::string summary_text(const idl::StudyStatus& status,
                         const idl::Leaderboard& board,
                         std::int64_t failed_example,
                         const Screen& screen);

}  // namespace automl::cli
