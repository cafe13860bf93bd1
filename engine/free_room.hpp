// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/state.hpp"

namespace automl::engine {

// What is left of a node.
struct Room {
  const idl::Node* node = nullptr;
  std::int64_t cpus = 0;
  std::int64_t memory_bytes = 0;
  std::vector<std::int32_t> gpus;
};

// When every open attempt keeps what it was given; or those alone that were not asked to end.
std::vector<Room> free_room(const EngineState& state);
std::vector<Room> room_to_come(const EngineState& state);

bool fits(const Room& room, const idl::Resources& resources);
// From the first node that fits.
std::optional<idl::Placement> take(std::vector<Room>& rooms, const idl::Resources& resources);
void give_back(Room& room, const idl::Placement& placement);

}  // namespace automl::engine
