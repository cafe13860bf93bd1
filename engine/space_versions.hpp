// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/space_binding.hpp"
#include "records_types.h"

#include "search/search_space.hpp"

namespace automl::engine {

// The spaces that a study's file has had, by version, the one in force last; of a study that was
// never edited, none.
using SpaceVersions = std::vector<std::vector<idl::Parameter>>;

// The parameter of that name; null: the space has none.
const idl::Parameter* find_parameter(const std::vector<idl::Parameter>& space,
                                     const std::string& name);

SpaceVersions spaces_of(const std::vector<idl::StudyVersion>& versions);

// A configuration of an earlier version in the space in force, value by value: one of a parameter
// that is gone is dropped, and one that came later has the default it came with. Or why it has no
// place there, such as "with lr above 0.1". Throws as to_configuration does for one of the version
// in force.
MappedConfiguration carry_over(const search::SearchSpace& space,
                               const std::vector<idl::Parameter>& parameters,
                               const SpaceVersions& versions,
                               std::int64_t version,
                               const std::vector<idl::Assignment>& assignments);

}  // namespace automl::engine
