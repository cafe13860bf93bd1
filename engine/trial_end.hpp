// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/trial_result.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// The trial's last move, durable together with its session and attempt, and what it means for its
// study.
void end_trial(Turn& turn,
               StudyEntry& study,
               std::int64_t number,
               idl::TrialState::type state,
               const std::optional<TrialResult>& result,
               const std::string& reason);

// Whether the best feasible trial is as good as the study's budget wants it; false without a target.
bool reaches_target(const Ranking& ranking, const idl::StudySpec& spec);

// Enters a trial that has ended into the study's figures and, unless it lies outside the space, what
// its sampler learns from. Used at the end and when the state is rebuilt.
void account_for(StudyEntry& study,
                 const idl::Trial& trial,
                 const search::Configuration& configuration);

}  // namespace automl::engine
