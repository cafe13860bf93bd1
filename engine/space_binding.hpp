// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

#include "search/history.hpp"
#include "search/search_space.hpp"

namespace automl::engine {

// The only place that knows both the records and the search library.

// Throws search::SpaceError (with the parameter's index).
search::SearchSpace make_space(const std::vector<idl::Parameter>& parameters,
                               const std::vector<idl::ForbiddenClause>& forbid);

// Active parameters only, in the order of the space.
std::vector<idl::Assignment> to_assignments(const std::vector<idl::Parameter>& parameters,
                                            const search::Configuration& configuration);

// Missing parameters take their defaults. Throws std::invalid_argument naming the parameter that
// does not exist or whose value lies outside the space.
search::Configuration to_configuration(const search::SearchSpace& space,
                                       const std::vector<idl::Parameter>& parameters,
                                       const std::vector<idl::Assignment>& assignments);

// Why the study may not run this configuration as a whole: values that do not go together, a
// parameter that is inactive, a clause of `forbid`. Empty: it may.
std::string configuration_objection(const search::SearchSpace& space,
                                    const idl::StudySpec& spec,
                                    const std::vector<idl::Assignment>& assignments);

// A configuration of another study in this one's space: values of parameters that there are not
// any more, or that are inactive now, are dropped, missing ones take their defaults, and numbers
// between two steps go to the nearer one. Or why it has no place here, such as "with lr above 0.1".
struct MappedConfiguration {
  std::optional<search::Configuration> configuration;
  std::string objection;
};
MappedConfiguration map_configuration(const search::SearchSpace& space,
                                      const std::vector<idl::Parameter>& parameters,
                                      const std::vector<idl::Assignment>& assignments);

// A trial that has ended, complete or not, as samplers see it; a pruned one without all its values
// as a failed one. Throws std::invalid_argument when it
// is complete and its values do not belong to this study.
search::Observation to_observation(const idl::StudySpec& spec,
                                   const idl::Trial& trial,
                                   const search::Configuration& configuration);

}  // namespace automl::engine
