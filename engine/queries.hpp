// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/effect.hpp"
#include "service_types.h"

namespace automl::engine {

class StudyManager;

// What clients may look at. Each returns the answer named in service.thrift, or a Refusal. Called
// on the engine's thread only, through the event `Inspected`; nothing is changed.

Payload engine_info(const StudyManager& manager);
Payload study_status(const StudyManager& manager, const std::string& study);
Payload list_studies(const StudyManager& manager);
Payload study_versions(const StudyManager& manager, const std::string& study);
Payload list_trials(const StudyManager& manager,
                    const std::string& study,
                    std::int64_t from_number,
                    std::int32_t limit);
Payload show_trial(const StudyManager& manager, const std::string& study, std::int64_t number);
Payload leaderboard(const StudyManager& manager, const std::string& study, std::int32_t limit);
Payload list_sessions(const StudyManager& manager, const idl::SessionFilter& filter);
// `reference`: a session's name or id, or STUDY/TRIAL.
Payload show_session(const StudyManager& manager, const std::string& reference);

}  // namespace automl::engine
