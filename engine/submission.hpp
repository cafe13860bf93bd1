// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Creates a study, or continues the one of that name when nothing differs.
void submit_study(Turn& turn, const StudySubmitted& event);
// Pause, resume, stop, kill.
void change_study(Turn& turn, const StudyChangeRequested& event);
// A plain session.
void submit_session(Turn& turn, const SessionSubmitted& event);
void stop_session(Turn& turn, const SessionStopRequested& event);

// Which parts of the study file differ, as the user calls them; empty when they are the same.
std::string difference(const idl::StudySpec& before, const idl::StudySpec& now);

}  // namespace automl::engine
