// SPDX-License-Identifier: Apache-2.0
#include "engine/fair_share.hpp"

#include <algorithm>
#include <cmath>

#include "engine/planted_bug.hpp"

namespace automl::engine {

namespace {

bool held_back(const EngineState& state, const SessionEntry& session, std::int64_t now_ms) {
  if (session.not_before_ms > now_ms) {
    return true;
  }
  if (session.record.study_id == 0 || planted(PlantedBug::kPauseIgnored)) {
    return false;
  }
  return state.studies.at(session.record.study_id).record.state == idl::StudyState::PAUSED;
}

const StudyEntry* study_of(const EngineState& state, std::int64_t id) {
  const auto found = state.studies.find(id);
  return found == state.studies.end() ? nullptr : &found->second;
}

double priority(const StudyEntry* study) {
  return study == nullptr || planted(PlantedBug::kPriorityIgnored)
             ? 1
             : std::max(1, study->record.spec.priority);
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(100 * share))) + " %";
}

std::string name_of(const EngineState& state, const SessionEntry& session) {
  const StudyEntry* study = study_of(state, session.record.study_id);
  return study == nullptr ? "plain sessions of " + session.record.owner
                          : "study " + study->record.spec.name;
}

// Why `first` comes before `later`.
std::string rule(const EngineState& state,
                 const FairShare& shares,
                 const SessionEntry& first,
                 const SessionEntry& later) {
  const Claim a = shares.claim(first);
  const Claim b = shares.claim(later);
  if (a.borrows != b.borrows) {
    return "this one is beyond the parallel of its study";
  }
  if (a.owner_share != b.owner_share) {
    return first.record.owner + " holds " + percent(a.owner_share) + " of the slots, " +
           later.record.owner + " " + percent(b.owner_share);
  }
  if (a.study_share != b.study_share) {
    return "the share of " + name_of(state, first) + ", for its priority, is " +
           percent(a.study_share) + ", that of " + name_of(state, later) + " " +
           percent(b.study_share);
  }
  return "shares are equal, and older ones go first";
}

}  // namespace

std::vector<const SessionEntry*> waiting_sessions(const EngineState& state, std::int64_t now_ms) {
  std::vector<const SessionEntry*> waiting;
  for (const auto& [id, session] : state.sessions) {
    if (session.record.state == idl::SessionState::QUEUED && !held_back(state, session, now_ms)) {
      waiting.push_back(&session);
    }
  }
  return waiting;
}

void FairShare::Held::add(const idl::Resources& resources) {
  cpus += resources.cpus;
  memory_bytes += static_cast<double>(resources.memory_bytes);
  gpus += resources.gpus;
  ++attempts;
}

FairShare::FairShare(const EngineState& state) : state_(state) {
  for (const idl::Node& node : state.nodes) {
    all_.cpus += node.cpus;
    all_.memory_bytes += static_cast<double>(node.memory_bytes);
    all_.gpus += static_cast<double>(node.gpus.size());
  }
  for (const auto& [id, session] : state.sessions) {
    if (session.attempt) {
      hold(session);
    }
  }
}

void FairShare::hold(const SessionEntry& session) {
  const idl::Session& record = session.record;
  owners_[record.owner].add(record.spec.resources);
  studies_[{record.owner, record.study_id}].add(record.spec.resources);
}

void FairShare::wait(const SessionEntry& session) { ++waiting_[session.record.study_id]; }

double FairShare::share(const Held& held) const {
  const auto part = [](double of, double all) { return all > 0 ? of / all : 0; };
  return std::max({part(held.cpus, all_.cpus),
                   part(held.memory_bytes, all_.memory_bytes),
                   part(held.gpus, all_.gpus)});
}

std::int64_t FairShare::held(std::int64_t study_id) const {
  const StudyEntry* study = study_of(state_, study_id);
  const auto found =
      study == nullptr ? studies_.end() : studies_.find({study->record.owner, study_id});
  return found == studies_.end() ? 0 : found->second.attempts;
}

double FairShare::owner_share(const std::string& owner) const {
  const auto found = owners_.find(owner);
  return found == owners_.end() ? 0 : share(found->second);
}

double FairShare::study_share(const std::string& owner, std::int64_t study_id) const {
  const auto found = studies_.find({owner, study_id});
  return found == studies_.end() ? 0 : share(found->second) / priority(study_of(state_, study_id));
}

void FairShare::lend(const StudyEntry& study) {
  owners_[study.record.owner].add(study.record.spec.resources);
  studies_[{study.record.owner, study.record.id}].add(study.record.spec.resources);
}

Claim FairShare::claim(const SessionEntry& session) const {
  const idl::Session& record = session.record;
  const StudyEntry* study = study_of(state_, record.study_id);
  Claim claim;
  claim.session = record.id;
  if (planted(PlantedBug::kFirstComeFirstServed)) {
    return claim;
  }
  const auto waiting = waiting_.find(record.study_id);
  const std::int64_t before = waiting == waiting_.end() ? 0 : waiting->second;
  claim.borrows = study != nullptr && study->record.spec.__isset.stop_and_go &&
                  held(record.study_id) + before >= study->record.spec.parallel;
  claim.owner_share = owner_share(record.owner);
  claim.study_share = study_share(record.owner, record.study_id);
  return claim;
}

LaunchOrder::LaunchOrder(const EngineState& state, FairShare& shares, std::int64_t now_ms)
    : shares_(shares), last_(groups_.end()) {
  for (const SessionEntry* session : waiting_sessions(state, now_ms)) {
    groups_[{session->record.owner, session->record.study_id}].push_back(session);
  }
  for (auto& [group, sessions] : groups_) {
    std::reverse(sessions.begin(), sessions.end());
  }
}

const SessionEntry* LaunchOrder::next() {
  const SessionEntry* first = nullptr;
  Claim least;
  for (auto group = groups_.begin(); group != groups_.end(); ++group) {
    const Claim claim = shares_.claim(*group->second.back());
    if (first == nullptr || claim < least) {
      first = group->second.back();
      least = claim;
      last_ = group;
    }
  }
  return first;
}

void LaunchOrder::skip() {
  shares_.wait(*last_->second.back());
  leave();
}

void LaunchOrder::hold() {
  shares_.hold(*last_->second.back());
  leave();
}

void LaunchOrder::leave() {
  last_->second.pop_back();
  if (last_->second.empty()) {
    groups_.erase(last_);
  }
}

std::map<std::int64_t, std::string> places_in_line(const EngineState& state, std::int64_t now_ms) {
  const FairShare shares(state);
  FairShare as_if = shares;
  LaunchOrder order(state, as_if, now_ms);
  std::map<std::int64_t, std::string> places;
  const SessionEntry* first = nullptr;
  for (const SessionEntry* one = order.next(); one != nullptr; one = order.next()) {
    const std::size_t before = places.size();
    places[one->record.id] = before == 0
                                 ? "next in line"
                                 : std::to_string(before) + (before == 1 ? " comes" : " come") +
                                       " first: " + rule(state, shares, *first, *one);
    first = first == nullptr ? one : first;
    order.hold();
  }
  return places;
}

}  // namespace automl::engine
