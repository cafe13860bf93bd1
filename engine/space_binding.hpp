// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

#include "search/registry.hpp"
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
// between two steps go to the nearer one. Or why it has no place here, such as "with lr outside".
struct MappedConfiguration {
  std::optional<search::Configuration> configuration;
  std::string objection;
};
MappedConfiguration map_configuration(const search::SearchSpace& space,
                                      const std::vector<idl::Parameter>& parameters,
                                      const std::vector<idl::Assignment>& assignments);

// What a study searches with: owned by the study, lent to a worker while it computes a suggestion.
struct StudySearch {
  search::SearchSpace space;
  std::unique_ptr<search::Sampler> sampler;
  search::History history;
  std::vector<search::Configuration> pending;  // set by the engine before each request
  std::uint64_t seed = 0;
};

// Throws search::SpaceError, or search::OptionError also when the algorithm cannot have so many
// objectives or there is none.
std::shared_ptr<StudySearch> make_search(const idl::StudySpec& spec);

// A trial that has ended, complete or not, as samplers see it. Throws std::invalid_argument when it
// is complete and its values do not belong to this study.
search::Observation to_observation(const idl::StudySpec& spec,
                                   const idl::Trial& trial,
                                   const search::Configuration& configuration);

// What the study's algorithm is in fact, and why: `auto → gp: …`.
std::string algorithm_note(const idl::StudySpec& spec);

}  // namespace automl::engine
