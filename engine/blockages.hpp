// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/event.hpp"
#include "engine/state.hpp"

namespace automl::engine {

class StudyManager;

// What a session waits for, in words; empty: nothing.
std::string waiting_note(const StudyManager& manager, const SessionEntry& session);

// The rules that keep a study or session from running, as idl::Blockage; empty `subject`: all that
// wait.
Payload why(const StudyManager& manager, const std::string& subject);

}  // namespace automl::engine
