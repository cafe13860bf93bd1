// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/study_file/section.hpp"
#include "engine/study_file/space_reader.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `algorithm` of a study file; the options' values are checked by the sampler itself, later.
idl::Algorithm read_algorithm(const Node& node, Complaints& complaints);

// `scheduler` of a study file; values and what they go with are checked later, too.
idl::Scheduler read_scheduler(const Node& node, Complaints& complaints);

// `inherit` of a study file: names of other studies than `study`.
std::vector<std::string> read_inherit(const Node& node,
                                      const std::string& study,
                                      Complaints& complaints);

// `baseline` or `enqueue` of a study file, every value in the kind of its parameter.
std::vector<std::vector<idl::Assignment>> read_configurations(const std::string& key,
                                                              const Node& node,
                                                              const SpaceReader& space,
                                                              Complaints& complaints);

}  // namespace automl::engine::study_file
