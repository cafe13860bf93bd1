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

// For other calls that change a study: the study; null when it has been answered, because there is
// none or because the request came before.
StudyEntry* study_to_change(Turn& turn, const Caller& caller, const std::string& study);
// For other calls that make a session: whether the request came before and has been answered.
bool session_was_made(Turn& turn, const Caller& caller);
// Queues a new session of the caller, NUMBER of the dataset, and answers with it. Its specification
// is given.
void make_session(Turn& turn,
                  const Caller& caller,
                  const std::string& dataset,
                  idl::Session session);

// Which parts of the study file differ, as the user calls them; empty when they are the same.
std::string difference(const idl::StudySpec& before, const idl::StudySpec& now);

}  // namespace automl::engine
