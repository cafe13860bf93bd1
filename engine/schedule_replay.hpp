// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "service_types.h"

#include "search/analysis/schedule_replay.hpp"

namespace automl::engine {

class StudyManager;

// What a replay looks at, a copy, so that the study goes on meanwhile.
struct ReplayInput {
  idl::Scheduler scheduler;  // the one to try
  idl::StudySpec spec;
  std::vector<search::RecordedTrial> trials;
  std::int64_t outside = 0;  // of the space in force: left out
};

// As written in a study file. Throws idl::InvalidRequest.
idl::Scheduler parse_scheduler(const std::string& text);

// On the engine's thread: fills the rest of `input`, and answers with nothing or a Refusal.
Payload read_for_replay(const StudyManager& manager, const std::string& study, ReplayInput& input);

// What the scheduler would have made of these trials. Any thread. Throws idl::InvalidRequest for
// one that does not go with the study.
idl::ScheduleReplay replay_schedule(ReplayInput input);

}  // namespace automl::engine
