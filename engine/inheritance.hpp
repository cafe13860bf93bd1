// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/state.hpp"
#include "engine/study_search.hpp"

#include "storage/storage.hpp"

namespace automl::engine {

// What a study takes over from earlier ones: copied when it is submitted, so that nothing that
// happens to those later changes what it proposes.
struct Inheritance {
  std::vector<idl::PriorTask> tasks;  // one an earlier study
  std::vector<std::string> notes;     // what was taken and what was left out
  std::string objection;              // why it cannot inherit; empty: it can
};

// The complete trials of the studies that `spec.inherit` names, of the same owner, in the space of
// the new study: values outside it leave a trial out, a parameter that an earlier study lacks takes
// its default, one that the new study lacks is dropped. Of more than 500 in one study those are
// taken that are among the 250 best or the latest others.
Inheritance inherit(const EngineState& state,
                    storage::Storage& storage,
                    const std::string& owner,
                    const idl::StudySpec& spec,
                    const search::SearchSpace& space);

// Hands them to the search, as far as they lie in the space in force.
void add_prior_tasks(StudySearch& search,
                     const idl::StudySpec& spec,
                     const std::vector<idl::PriorTask>& tasks,
                     const SpaceVersions& versions = {});

}  // namespace automl::engine
