// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `dataset`, `code` and `setup` of a study file: they must exist; relative ones start at
// `directory`. Fills the spec's datasets and code (absolute) and setup (inside code).
void read_paths(const Section& study,
                const std::string& directory,
                idl::StudySpec& spec,
                Complaints& complaints);

}  // namespace automl::engine::study_file
