// SPDX-License-Identifier: Apache-2.0
#include "engine/slot_lending.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "engine/pausing.hpp"
#include "engine/planted_bug.hpp"
#include "engine/proposals.hpp"

namespace automl::engine {

namespace {

const SessionEntry& session_of(const EngineState& state,
                               const StudyEntry& study,
                               std::int64_t trial) {
  return state.sessions.at(study.open.at(trial).session_id);
}

// Trials that hold a slot and were not asked to end.
std::vector<std::int64_t> holding(const EngineState& state, const StudyEntry& study) {
  std::vector<std::int64_t> trials;
  for (const auto& [number, trial] : study.open) {
    const auto session = state.sessions.find(trial.session_id);
    if (session != state.sessions.end() && session->second.attempt &&
        session->second.attempt->stop_reason == idl::StopReason::NONE) {
      trials.push_back(number);
    }
  }
  return trials;
}

std::int64_t beyond_own(const StudyEntry& study) {
  return std::max<std::int64_t>(0, study.live_trials() - study.record.spec.parallel);
}

bool may_borrow(const StudyEntry& study) {
  return study.record.spec.__isset.stop_and_go && study.record.state == idl::StudyState::RUNNING &&
         !study.searched();
}

// How many trials it could run at present beyond those that are live.
std::int64_t usable_places(const StudyEntry& study) {
  const bool proposes = !study.exhausted || !study.record.enqueued.empty();
  return static_cast<std::int64_t>(study.schedule->revivable().size() + study.to_resume.size()) +
         (proposes ? trials_left(study) : 0);
}

// Its own places that it is about to fill.
std::int64_t own_places_left(const StudyEntry& study) {
  if (study.record.state != idl::StudyState::RUNNING || study.external() || study.searched()) {
    return 0;
  }
  const std::int64_t left = study.exhausted ? 0 : trials_left(study);
  return std::clamp<std::int64_t>(study.record.spec.parallel - study.live_trials(), 0, left);
}

// For trials that are being proposed, and sessions that will try again in a moment.
void reserve(const EngineState& state, std::int64_t now_ms, std::vector<Room>& rooms) {
  for (const auto& [id, study] : state.studies) {
    for (std::int64_t i = own_places_left(study); i > 0; --i) {
      if (!take(rooms, study.record.spec.resources)) {
        break;
      }
    }
  }
  for (const auto& [id, session] : state.sessions) {
    if (session.record.state == idl::SessionState::QUEUED && session.not_before_ms > now_ms) {
      take(rooms, session.record.spec.resources);
    }
  }
}

}  // namespace

SlotLending::SlotLending(Turn& turn, const FairShare& shares)
    : turn_(turn), shares_(shares), to_come_(room_to_come(turn.state)) {}

// Those of the study that has taken most beyond its own places come first; of one study the least
// promising trial does.
std::vector<SlotLending::Lent> SlotLending::lent_slots() {
  std::vector<std::pair<double, std::vector<Lent>>> by_study;
  for (auto& [id, study] : turn_.state.studies) {
    if (!study.record.spec.__isset.stop_and_go) {
      continue;
    }
    std::vector<std::int64_t> trials = holding(turn_.state, study);
    const auto& open = study.open;
    std::erase_if(
        trials, [&](std::int64_t trial) { return chosen_.count(open.at(trial).session_id) != 0; });
    const auto unsaved = unsaved_trials(turn_.state, study, trials);
    std::vector<Lent> lent;
    for (const search::Move& move : study.schedule->to_give_back(trials, unsaved)) {
      lent.push_back({study.open.at(move.trial).session_id, move.reason});
    }
    by_study.emplace_back(shares_.study_share(study.record.owner, id), std::move(lent));
  }
  std::stable_sort(by_study.begin(), by_study.end(), [](const auto& a, const auto& b) {
    return a.first > b.first;
  });
  std::vector<Lent> all;
  for (auto& [share, lent] : by_study) {
    all.insert(all.end(), lent.begin(), lent.end());
  }
  return all;
}

bool SlotLending::ask_back(const SessionEntry& waiting) {
  if (turn_.executor.places_itself || planted(PlantedBug::kSlotsNotGivenBack)) {
    return false;
  }
  const idl::Resources& resources = waiting.record.spec.resources;
  if (take(to_come_, resources)) {
    return true;
  }
  std::vector<Room> rooms = to_come_;
  std::map<std::string, std::vector<Lent>> on_node;
  for (const Lent& lent : lent_slots()) {
    const idl::Placement& placement = turn_.state.sessions.at(lent.session).attempt->placement;
    const auto room = std::find_if(rooms.begin(), rooms.end(), [&](const Room& one) {
      return one.node->name == placement.node;
    });
    if (room == rooms.end()) {
      continue;
    }
    give_back(*room, placement);
    std::vector<Lent>& taken = on_node[placement.node];
    taken.push_back(lent);
    if (!fits(*room, resources)) {
      continue;
    }
    for (Lent& one : taken) {
      chosen_.insert(one.session);
      one.reason += " (" + waiting.record.name + " waits)";
      paused_.push_back(std::move(one));
    }
    to_come_[static_cast<std::size_t>(room - rooms.begin())] = *room;
    take(to_come_, resources);
    return true;
  }
  return false;
}

void SlotLending::carry_out() {
  for (const Lent& lent : paused_) {
    request_pause(
        turn_, turn_.state.sessions.at(lent.session), idl::StopReason::PREEMPTED, lent.reason);
  }
}

void lend_idle_slots(Turn& turn, FairShare& shares, std::vector<Room> rooms) {
  lend_nothing(turn);
  reserve(turn.state, turn.clock.monotonic_ms(), rooms);
  std::set<std::int64_t> candidates;
  for (const auto& [id, study] : turn.state.studies) {
    if (may_borrow(study)) {
      candidates.insert(id);
    }
  }
  // One slot after the other, each to who holds least.
  const auto share = [&](std::int64_t id) {
    const std::string& owner = turn.state.studies.at(id).record.owner;
    return std::tuple(shares.owner_share(owner), shares.study_share(owner, id), id);
  };
  while (!candidates.empty()) {
    const std::int64_t id = *std::min_element(
        candidates.begin(), candidates.end(), [&](std::int64_t a, std::int64_t b) {
          return share(a) < share(b);
        });
    StudyEntry& study = turn.state.studies.at(id);
    const idl::StudySpec& spec = study.record.spec;
    const std::int64_t places = study.places() + 1;
    if (places > spec.stop_and_go.max_parallel ||
        places - study.live_trials() > usable_places(study) || !take(rooms, spec.resources)) {
      candidates.erase(id);
      continue;
    }
    ++study.lent;
    turn.state.touched.insert(id);
    shares.lend(study);
  }
}

void lend_nothing(Turn& turn) {
  for (auto& [id, study] : turn.state.studies) {
    study.lent = beyond_own(study);
  }
}

std::set<std::int64_t> unsaved_trials(const EngineState& state,
                                      const StudyEntry& study,
                                      const std::vector<std::int64_t>& trials) {
  std::set<std::int64_t> unsaved;
  for (const std::int64_t trial : trials) {
    const SessionEntry& session = session_of(state, study, trial);
    if (session.record.started_attempts > 0 && session.checkpoints.empty() &&
        !session.record.__isset.restore) {
      unsaved.insert(trial);
    }
  }
  return unsaved;
}

}  // namespace automl::engine
