// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/study_file/document.hpp"
#include "service_types.h"

namespace automl::engine::study_file {

// Every supported key of a study file without errors, with what is in force and why, in the order
// of the table of keys; one line for each parameter.
std::vector<idl::ExplainedKey> explain(const Node& study);

}  // namespace automl::engine::study_file
