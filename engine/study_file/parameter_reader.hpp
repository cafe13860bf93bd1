// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// One parameter out of its mapping, `{float: [1e-5, 1], log: true}` or the long form
// `{type: float, low: 1e-5, …}`, without its conditions. Unset after complaints.
std::optional<idl::Parameter> read_parameter(const std::string& name,
                                             const Section& section,
                                             Complaints& complaints);

}  // namespace automl::engine::study_file
