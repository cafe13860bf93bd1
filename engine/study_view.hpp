// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "engine/doors.hpp"
#include "engine/state.hpp"

#include "storage/storage.hpp"

namespace automl::engine {

// A study at a glance, as service.thrift's StudyStatus says. `best` and `baseline` are missing
// and `front` carries numbers only; queries.cpp adds the rest from the store.
idl::StudyStatus study_view(const StudyEntry& study, Clock& clock);

// What a name, a number or STUDY/TRIAL refers to.
struct SessionReference {
  const SessionEntry* open = nullptr;
  std::optional<idl::Session> ended;
};
SessionReference find_session(const EngineState& state,
                              storage::Storage& storage,
                              const std::string& reference);

// The middle part of session names: the dataset's last path component made safe, or "none".
std::string dataset_name(const idl::StudySpec& spec);

}  // namespace automl::engine
