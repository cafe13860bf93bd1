// SPDX-License-Identifier: Apache-2.0
#include "engine/session_queue.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include "engine/planted_bug.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kNobodyPassesAfterMs = 300'000;
constexpr std::int64_t kLaunchBackOffMs = 1'000;

struct Room {
  const idl::Node* node = nullptr;
  std::int64_t cpus = 0;
  std::int64_t memory_bytes = 0;
  std::vector<std::int32_t> gpus;
};

std::string plural(std::int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string gibibytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

// What each node has left when every open attempt keeps what it was given.
std::vector<Room> free_room(const EngineState& state) {
  std::vector<Room> rooms;
  for (const idl::Node& node : state.nodes) {
    Room room{&node, node.cpus, node.memory_bytes, {}};
    std::set<std::int32_t> taken;
    for (const auto& [id, session] : state.sessions) {
      if (!session.attempt || session.attempt->placement.node != node.name) {
        continue;
      }
      if (planted(PlantedBug::kGpuFreedTooEarly) &&
          session.attempt->stop_reason != idl::StopReason::NONE) {
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

bool held_back(const EngineState& state, const SessionEntry& session, std::int64_t now_ms) {
  if (session.not_before_ms > now_ms) {
    return true;
  }
  if (session.record.study_id == 0 || planted(PlantedBug::kPauseIgnored)) {
    return false;
  }
  return state.studies.at(session.record.study_id).record.state == idl::StudyState::PAUSED;
}

// The attempt is durable before the executor hears of it.
void launch(Turn& turn, SessionEntry& session, idl::Placement placement) {
  idl::Attempt attempt;
  attempt.session_id = session.record.id;
  attempt.number = session.record.attempts + 1;
  attempt.token = turn.random.token();
  attempt.state = idl::AttemptState::LAUNCHING;
  attempt.placement = std::move(placement);
  attempt.launched_ms = turn.clock.wall_ms();
  session.record.attempts = attempt.number;
  move(session.record, idl::SessionState::LAUNCHING);
  if (!planted(PlantedBug::kLaunchBeforePersist)) {
    turn.storage.begin_attempt(attempt, session.record);
  }

  executor::LaunchRequest request;
  request.token = attempt.token;
  request.session_name = session.record.name;
  request.attempt_number = attempt.number;
  request.placement = attempt.placement;
  request.resources = session.record.spec.resources;
  turn.effects.emplace_back(Launch{std::move(request)});

  turn.state.session_by_token[attempt.token] = session.record.id;
  session.attempt = std::move(attempt);
  session.latest_metrics.clear();
  session.latest_step = 0;
  session.last_contact_ms = turn.clock.monotonic_ms();
  session.suspect_since_ms = 0;
  session.asked_again_ms = 0;
  session.not_before_ms = 0;
  session.stop_asked_ms = 0;
  session.finding = false;
  session.cancelled = false;
}

}  // namespace

std::optional<idl::Placement> place(const EngineState& state, const idl::Resources& resources) {
  std::vector<Room> rooms = free_room(state);
  return take(rooms, resources);
}

bool possible(const EngineState& state, const idl::Resources& resources) {
  return state.nodes.empty() ||
         std::any_of(state.nodes.begin(), state.nodes.end(), [&resources](const idl::Node& node) {
           return node.cpus >= resources.cpus && node.memory_bytes >= resources.memory_bytes &&
                  static_cast<std::int64_t>(node.gpus.size()) >= resources.gpus;
         });
}

std::string largest_node(const EngineState& state) {
  const auto largest = std::max_element(
      state.nodes.begin(), state.nodes.end(), [](const idl::Node& a, const idl::Node& b) {
        return std::pair(a.gpus.size(), a.cpus) < std::pair(b.gpus.size(), b.cpus);
      });
  if (largest == state.nodes.end()) {
    return "nothing";
  }
  return plural(largest->cpus, "CPU") + ", " + gibibytes(largest->memory_bytes) + ", " +
         plural(static_cast<std::int64_t>(largest->gpus.size()), "GPU");
}

std::string shortage(const EngineState& state, const idl::Resources& resources) {
  if (state.nodes.empty()) {
    return "waiting for the first look at the nodes";
  }
  const std::vector<Room> rooms = free_room(state);
  // The node that lacks least decides what is said.
  std::string best;
  for (const Room& room : rooms) {
    std::string missing;
    const auto lack = [&missing](const std::string& what) {
      missing += (missing.empty() ? "" : " and ") + what;
    };
    if (static_cast<std::int64_t>(room.gpus.size()) < resources.gpus) {
      lack(plural(resources.gpus - static_cast<std::int64_t>(room.gpus.size()), "GPU"));
    }
    if (room.cpus < resources.cpus) {
      lack(plural(resources.cpus - room.cpus, "CPU"));
    }
    if (room.memory_bytes < resources.memory_bytes) {
      lack(gibibytes(resources.memory_bytes - room.memory_bytes) + " of memory");
    }
    if (missing.empty()) {
      return "waiting for older sessions that need more";
    }
    if (best.empty() || missing.size() < best.size()) {
      best = missing;
    }
  }
  return "waiting for " + best;
}

void launch_what_fits(Turn& turn) {
  const std::int64_t now_ms = turn.clock.monotonic_ms();
  const std::int64_t wall_ms = turn.clock.wall_ms();
  std::vector<Room> rooms = free_room(turn.state);
  for (auto& [id, session] : turn.state.sessions) {
    if (session.record.state != idl::SessionState::QUEUED ||
        held_back(turn.state, session, now_ms)) {
      continue;
    }
    std::optional<idl::Placement> placement = turn.executor.places_itself
                                                  ? std::optional<idl::Placement>(idl::Placement())
                                                  : take(rooms, session.record.spec.resources);
    if (placement) {
      launch(turn, session, *std::move(placement));
    } else if (wall_ms - session.record.created_ms > kNobodyPassesAfterMs &&
               possible(turn.state, session.record.spec.resources)) {
      return;
    }
  }
}

void note_launch(Turn& turn, const LaunchReturned& event) {
  SessionEntry* holder = find_holder(turn.state, event.token);
  if (holder == nullptr) {
    return;
  }
  SessionEntry& session = *holder;
  if (event.result.handle) {
    if (session.attempt->handle.empty()) {
      session.attempt->handle = *event.result.handle;  // stored with the next change
    }
    return;
  }
  if (session.attempt->state != idl::AttemptState::LAUNCHING) {
    return;  // it runs, whatever the executor thinks of its launch
  }
  if (!event.result.retry) {
    idl::ExitReport exit;
    exit.cause = idl::ExitCause::NOT_STARTED;
    exit.message = event.result.error;
    session.record.started_attempts =
        session.record.spec.retries + 1 + session.record.paused_attempts;  // no use in trying again
    return settle(turn, session, exit);
  }
  session.not_before_ms = turn.clock.monotonic_ms() + kLaunchBackOffMs;
  settle_lost(turn, session, "could not be launched: " + event.result.error);
}

void note_capacity(Turn& turn, const std::vector<idl::Node>& nodes) {
  turn.state.nodes = nodes;
  turn.state.queue_touched = true;
}

}  // namespace automl::engine
