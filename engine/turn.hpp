// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/doors.hpp"
#include "engine/effect.hpp"
#include "engine/planted_bug.hpp"
#include "engine/settings.hpp"
#include "engine/state.hpp"

#include "storage/storage.hpp"

namespace automl::engine {

// What the deciding functions work on during one turn: the state, the doors, and the effects that
// will be carried out once the turn is durable.
struct Turn {
  EngineState& state;
  storage::Storage& storage;
  const executor::Capabilities& executor;
  Clock& clock;
  Random& random;
  const Settings& settings;
  std::vector<Effect>& effects;

  template <typename Content>
  void reply(CallId call, Content&& content) {
    if (call != 0) {
      effects.emplace_back(reply_with(call, std::forward<Content>(content)));
    }
  }
  void refuse(CallId call, Refusal::Kind kind, std::string message) {
    reply(call, Refusal{kind, std::move(message)});
  }
};

// Answers a repeated request from the stored reply. Returns the reply's text if there is one;
// refuses (and sets `refused`) when the id was used with other arguments.
std::optional<std::string> replayed(Turn& turn, const Caller& caller, bool& refused);
// Keeps the reply of a request that changed something, in the same transaction.
void remember(Turn& turn, const Caller& caller, const std::string& reply);

// Goes on where the last engine's stopped; before anything is remembered.
void start_reply_clock(Turn& turn);
// Those older than `Settings::reply_memory_ms`.
void forget_old_replies(Turn& turn);

// The session whose current attempt holds the token; null: nobody, it is superseded.
// `hole` names the planted bug that lets a superseded one through.
SessionEntry* find_holder(EngineState& state,
                          const std::string& token,
                          PlantedBug hole = PlantedBug::kNoFence);

// By name, or OWNER/NAME; null when there is none.
StudyEntry* find_study(EngineState& state, const std::string& name);
const StudyEntry* find_study(const EngineState& state, const std::string& name);

}  // namespace automl::engine
