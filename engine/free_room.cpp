// SPDX-License-Identifier: Apache-2.0
#include "engine/free_room.hpp"

#include <functional>
#include <set>
#include <utility>

#include "engine/planted_bug.hpp"

namespace automl::engine {

namespace {

bool asked_to_end(const SessionEntry& session) {
  return session.attempt->stop_reason != idl::StopReason::NONE;
}

std::vector<Room> room_without(const EngineState& state,
                               const std::function<bool(const SessionEntry&)>& holds) {
  std::vector<Room> rooms;
  for (const idl::Node& node : state.nodes) {
    Room room{&node, node.cpus, node.memory_bytes, {}};
    std::set<std::int32_t> taken;
    for (const auto& [id, session] : state.sessions) {
      if (!session.attempt || session.attempt->placement.node != node.name || !holds(session)) {
        continue;
      }
      room.cpus -= session.attempt->placement.cpus;
      room.memory_bytes -= session.attempt->placement.memory_bytes;
      taken.insert(session.attempt->placement.gpus.begin(), session.attempt->placement.gpus.end());
    }
    for (const idl::Gpu& gpu : node.gpus) {
      if (taken.count(gpu.index) == 0) {
        room.gpus.push_back(gpu.index);
      }
    }
    rooms.push_back(std::move(room));
  }
  return rooms;
}

}  // namespace

std::vector<Room> free_room(const EngineState& state) {
  return room_without(state, [](const SessionEntry& session) {
    return !planted(PlantedBug::kGpuFreedTooEarly) || !asked_to_end(session);
  });
}

std::vector<Room> room_to_come(const EngineState& state) {
  return room_without(state, [](const SessionEntry& session) { return !asked_to_end(session); });
}

bool fits(const Room& room, const idl::Resources& resources) {
  return room.cpus >= resources.cpus && room.memory_bytes >= resources.memory_bytes &&
         static_cast<std::int64_t>(room.gpus.size()) >= resources.gpus;
}

std::optional<idl::Placement> take(std::vector<Room>& rooms, const idl::Resources& resources) {
  for (Room& room : rooms) {
    if (!fits(room, resources)) {
      continue;
    }
    idl::Placement placement;
    placement.node = room.node->name;
    placement.cpus = resources.cpus;
    placement.memory_bytes = resources.memory_bytes;
    placement.gpus.assign(room.gpus.begin(), room.gpus.begin() + resources.gpus);
    if (!planted(PlantedBug::kGpuAssignedTwice)) {
      room.gpus.erase(room.gpus.begin(), room.gpus.begin() + resources.gpus);
    }
    room.cpus -= resources.cpus;
    room.memory_bytes -= resources.memory_bytes;
    return placement;
  }
  return std::nullopt;
}

void give_back(Room& room, const idl::Placement& placement) {
  room.cpus += placement.cpus;
  room.memory_bytes += placement.memory_bytes;
  room.gpus.insert(room.gpus.end(), placement.gpus.begin(), placement.gpus.end());
}

}  // namespace automl::engine
