// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/doors.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/settings.hpp"
#include "engine/state.hpp"
#include "engine/turn.hpp"

#include "storage/storage.hpp"

namespace automl::engine {

// Decides. Every event goes through `step`; what it decides is written to the store at once (within
// the turn's transaction, which the caller holds open) and added to the effects.
class StudyManager {
 public:
  // All references must outlive the manager. Suggestions are numbered from `next_ticket`.
  StudyManager(storage::Storage& storage,
               const executor::Capabilities& executor,
               Clock& clock,
               Random& random,
               const Settings& settings,
               std::uint64_t next_ticket = 1);

  // Rebuilds the state from the store and asks the executor about every open attempt.
  void recover(std::vector<Effect>& effects);
  void step(const Event& event, std::vector<Effect>& effects);
  // What follows from the turn's events together: suggestions to ask for, sessions to launch.
  void finish_turn(std::vector<Effect>& effects);

  // Monotonic milliseconds at which a TimerFired is due; INT64_MAX: none.
  std::int64_t deadline() const;

  const EngineState& state() const { return state_; }
  storage::Storage& storage() const { return storage_; }
  Clock& clock() const { return clock_; }
  const Settings& settings() const { return settings_; }
  const executor::Capabilities& executor() const { return executor_; }

 private:
  Turn turn(std::vector<Effect>& effects);

  EngineState state_;
  storage::Storage& storage_;
  const executor::Capabilities& executor_;
  Clock& clock_;
  Random& random_;
  const Settings& settings_;
};

}  // namespace automl::engine
