// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "records_types.h"

namespace automl::engine {

// The allowed moves of trials, sessions, attempts and studies, by table. Nothing else writes a
// state; a move outside the table throws std::logic_error: it is a defect of the engine.
void move(idl::Trial& trial, idl::TrialState::type to);
void move(idl::Session& session, idl::SessionState::type to);
void move(idl::Attempt& attempt, idl::AttemptState::type to);
void move(idl::Study& study, idl::StudyState::type to);

bool terminal(idl::TrialState::type state);
bool terminal(idl::SessionState::type state);
bool terminal(idl::AttemptState::type state);

bool allowed(idl::TrialState::type from, idl::TrialState::type to);
bool allowed(idl::SessionState::type from, idl::SessionState::type to);
bool allowed(idl::AttemptState::type from, idl::AttemptState::type to);
bool allowed(idl::StudyState::type from, idl::StudyState::type to);

}  // namespace automl::engine
