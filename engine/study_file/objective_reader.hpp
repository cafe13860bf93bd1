// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `objective` of a study file: one, or a list of them.
std::vector<idl::Objective> read_objectives(const Node& node, Complaints& complaints);

// `constraints` of a study file: a list of `metric OP number`, OP one of < <= > >=.
std::vector<idl::Constraint> read_constraints(const Node& node, Complaints& complaints);

// Complains about constraints on what is no metric, once the rest of the file is known.
void check_constraints(const Node& node, const idl::StudySpec& spec, Complaints& complaints);

}  // namespace automl::engine::study_file
