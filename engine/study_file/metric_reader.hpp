// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// Metric names are keys of JSON reports and columns of tables.
bool valid_metric_name(const std::string& name);
// What to say about the name that is not.
std::string metric_name_rule(const Node& node);

// `metrics` of a study file: names and patterns that compile and have a group.
std::vector<idl::MetricPattern> read_metrics(const Node& node, Complaints& complaints);

}  // namespace automl::engine::study_file
