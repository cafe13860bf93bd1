// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `objective` of a study file.
idl::Objective read_objective(const Node& node, Complaints& complaints);

// `metrics` of a study file: names and patterns that compile and have a group.
std::vector<idl::MetricPattern> read_metrics(const Node& node, Complaints& complaints);

}  // namespace automl::engine::study_file
