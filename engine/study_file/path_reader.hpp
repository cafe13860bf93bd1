// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `dataset`, `code` and `setup` of a study file; relative ones start at `directory`. Those that
// exist, or with `must_exist` all, must be what they are to be. Fills the spec's datasets and code
// (absolute) and setup (inside code).
void read_paths(const Section& study,
                const std::string& directory,
                bool must_exist,
                idl::StudySpec& spec,
                Complaints& complaints);

}  // namespace automl::engine::study_file
