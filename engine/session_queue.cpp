// SPDX-License-Identifier: Apache-2.0
#include "engine/session_queue.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "engine/fair_share.hpp"
#include "engine/free_room.hpp"
#include "engine/planted_bug.hpp"
#include "engine/settlement.hpp"
#include "engine/slot_lending.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kNobodyPassesAfterMs = 300'000;
constexpr std::int64_t kLaunchBackOffMs = 1'000;

std::string plural(std::int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string gibibytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

bool nobody_passes(const Turn& turn, const SessionEntry& session) {
  const std::int64_t since_ms = std::max(session.queued_ms, session.record.created_ms);
  return turn.clock.wall_ms() - since_ms > kNobodyPassesAfterMs &&
         possible(turn.state, session.record.spec.resources);
}

// Whether any of them will soon take a slot that is being given back.
bool ask_back(Turn& turn,
              const FairShare& shares,
              const std::vector<const SessionEntry*>& unplaced) {
  SlotLending lending(turn, shares);
  std::set<std::int64_t> hopeless;  // studies: all of their trials ask for the same
  bool any = false;
  for (const SessionEntry* session : unplaced) {
    const std::int64_t study = session->record.study_id;
    if (study != 0 && hopeless.count(study) != 0) {
      continue;
    }
    if (lending.ask_back(*session)) {
      any = true;
    } else {
      hopeless.insert(study);
    }
  }
  lending.carry_out();
  return any;
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
  std::vector<Room> rooms = free_room(turn.state);
  FairShare shares(turn.state);
  LaunchOrder order(turn.state, shares, turn.clock.monotonic_ms());
  std::vector<const SessionEntry*> unplaced;
  bool slots_are_wanted = false;
  bool over = false;
  while (const SessionEntry* next = over ? nullptr : order.next()) {
    const bool borrows = shares.claim(*next).borrows;
    if (borrows && !unplaced.empty()) {
      slots_are_wanted = slots_are_wanted || ask_back(turn, shares, std::exchange(unplaced, {}));
    }
    if (borrows && slots_are_wanted) {
      break;
    }
    std::optional<idl::Placement> placement = turn.executor.places_itself
                                                  ? std::optional<idl::Placement>(idl::Placement())
                                                  : take(rooms, next->record.spec.resources);
    if (placement) {
      order.hold();
      launch(turn, turn.state.sessions.at(next->record.id), *std::move(placement));
      continue;
    }
    over = !borrows && nobody_passes(turn, *next);
    if (!borrows) {
      unplaced.push_back(next);
    }
    order.skip();
  }
  slots_are_wanted = ask_back(turn, shares, unplaced) || slots_are_wanted || over;
  if (slots_are_wanted) {
    lend_nothing(turn);
  } else if (!turn.executor.places_itself) {
    lend_idle_slots(turn, shares, std::move(rooms));
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
