// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/fair_share.hpp"
#include "engine/free_room.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Stop-and-Go at work (docs/algorithms/stop_and_go.md): slots that nobody waits for are lent to
// studies that take more than their `parallel`, and asked back as soon as somebody does.
class SlotLending {
 public:
  // After what fits was placed.
  SlotLending(Turn& turn, const FairShare& shares);

  // Whether a session that does not fit soon will: by attempts that end anyway, or by pausing
  // trials that run in lent slots.
  bool ask_back(const SessionEntry& waiting);
  // Pauses what was asked back.
  void carry_out();

 private:
  struct Lent {
    std::int64_t session = 0;
    std::string reason;
  };
  std::vector<Lent> lent_slots();

  Turn& turn_;
  const FairShare& shares_;
  std::vector<Room> to_come_;
  std::set<std::int64_t> chosen_;  // sessions
  std::vector<Lent> paused_;
};

// Grants studies the places that `rooms` has room for and nobody waits for, nor will in a moment.
void lend_idle_slots(Turn& turn, FairShare& shares, std::vector<Room> rooms);
// Nothing more is lent than runs already.
void lend_nothing(Turn& turn);

// Trials among these that would start from zero again: they have run and saved nothing.
std::set<std::int64_t> unsaved_trials(const EngineState& state,
                                      const StudyEntry& study,
                                      const std::vector<std::int64_t>& trials);

}  // namespace automl::engine
