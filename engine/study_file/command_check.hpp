// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/study_file/section.hpp"
#include "engine/study_file/space_reader.hpp"

namespace automl::engine::study_file {

// Complains about what would go wrong with the study's command later: references to no parameter,
// values that cannot be quoted where they stand, programs that are not where trials run.
// `directory`: of the study file; empty when the command's files need not be looked for.
void check_command(const Node& command,
                   const SpaceReader& space,
                   const std::string& directory,
                   Complaints& complaints);

}  // namespace automl::engine::study_file
