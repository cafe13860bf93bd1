// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/effect.hpp"

namespace automl::engine {

class StudyManager;

// What is kept of a study's or a session's checkpoints, or of all; as in queries.hpp.
Payload list_checkpoints(const StudyManager& manager, const std::string& subject);

}  // namespace automl::engine
