// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/event.hpp"
#include "engine/spec_difference.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// What an edit makes of a study. Nothing has changed yet.
struct EditPlan {
  idl::Study record;
  idl::StudyVersion version;
  std::vector<std::int64_t> withdrawn;  // trials that have not begun and lie outside
};

// Throws std::invalid_argument when the study cannot search so.
EditPlan plan_edit(Turn& turn,
                   const StudyEntry& study,
                   const StudyEdited& event,
                   const SpecDifference& difference);

}  // namespace automl::engine
