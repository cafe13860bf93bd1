// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/observer.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/checkpoint_watch.hpp"
#include "tests/simulation/invariants.hpp"

namespace automl::simulation {

Observer::Observer(World& world, const engine::Settings& settings, std::vector<idl::Node> nodes)
    : world_(world), settings_(settings), nodes_(std::move(nodes)) {}

void Observer::committed(const std::vector<Change>& changes) {
  facts_.apply(changes);
  for (const std::int64_t session : facts_.touched_sessions) {
    check_session(facts_, session);
  }
  for (const std::int64_t study : facts_.touched_studies) {
    check_study(facts_, study);
  }
  for (const TrialKey& trial : facts_.ended_trials) {
    check_result(facts_, trial);
  }
  schedules_.check(facts_);
  for (const AttemptKey& key : facts_.new_attempts) {
    heard_ms_[facts_.attempts.at(key).token] = world_.agenda.now_ms();
    const std::int64_t study = facts_.sessions.at(key.first).study_id;
    if (study != 0 && facts_.studies.at(study).state != idl::StudyState::RUNNING) {
      throw Violation("a session of a study that does not run is launched");
    }
  }
  if (!facts_.new_attempts.empty()) {
    for (const idl::Node& node : nodes_) {
      check_node(facts_, node);
    }
  }
  for (const AttemptKey& key : facts_.ended_attempts) {
    const idl::Attempt& attempt = facts_.attempts.at(key);
    if (running_.count(attempt.token) == 0) {
      continue;
    }
    const std::int64_t silent_ms = world_.agenda.now_ms() - heard_ms_.at(attempt.token);
    if (!lately_unreachable(attempt.placement.node) || silent_ms < settings_.suspect_cap_ms) {
      throw Violation("attempt " + std::to_string(key.first) + "#" + std::to_string(key.second) +
                      " was declared over while its program runs");
    }
    given_up_.insert(attempt.token);
  }
}

void Observer::launching(const executor::LaunchRequest& request) {
  if (facts_.attempt_of(request.token) == nullptr) {
    throw Violation("an attempt of " + request.session_name + " is launched and not durable");
  }
}

void Observer::cancelling(const std::string& token) {
  const idl::Attempt* attempt = facts_.attempt_of(token);
  if (attempt == nullptr || ended(attempt->state) ||
      attempt->stop_reason != idl::StopReason::NONE) {
    return;
  }
  const std::int64_t silent_ms = world_.agenda.now_ms() - heard_ms_.at(token);
  if (silent_ms < settings_.lease_ms) {
    throw Violation("an attempt of session " + std::to_string(attempt->session_id) +
                    " is ended by force, silent for only " + std::to_string(silent_ms) + " ms");
  }
}

void Observer::heard(const std::string& token) { heard_ms_[token] = world_.agenda.now_ms(); }

void Observer::program_started(const std::string& token,
                               const idl::RunnerOrder& order,
                               const std::optional<idl::Checkpoint>& restored,
                               bool donor_damaged) {
  const idl::Attempt* attempt = facts_.attempt_of(token);
  if (attempt == nullptr || ended(attempt->state)) {
    throw Violation("a program starts under a token that is not current");
  }
  if (attempt->state == idl::AttemptState::LAUNCHING) {
    throw Violation("a program starts before its attempt is running in the store");
  }
  if (!ever_started_.insert(token).second) {
    throw Violation("the program of one attempt starts twice");
  }
  check_places(token, *attempt);
  check_start(facts_, world_.disk, order, restored, donor_damaged);
  running_.insert(token);
}

void Observer::check_places(const std::string& token, const idl::Attempt& attempt) const {
  std::int64_t cpus = attempt.placement.cpus;
  for (const std::string& other : running_) {
    const idl::Attempt& one = *facts_.attempt_of(other);
    if (other == token || given_up_.count(other) != 0) {
      continue;
    }
    if (one.session_id == attempt.session_id) {
      throw Violation("session " + std::to_string(one.session_id) + " runs twice at once");
    }
    if (one.placement.node != attempt.placement.node) {
      continue;
    }
    cpus += one.placement.cpus;
    for (const std::int32_t gpu : one.placement.gpus) {
      const auto& ours = attempt.placement.gpus;
      if (std::find(ours.begin(), ours.end(), gpu) != ours.end()) {
        throw Violation("two programs use GPU " + std::to_string(gpu) + " of " +
                        one.placement.node);
      }
    }
  }
  for (const idl::Node& node : nodes_) {
    if (node.name == attempt.placement.node && cpus > node.cpus) {
      throw Violation("the programs on " + node.name + " use more CPUs than it has");
    }
  }
}

void Observer::program_ended(const std::string& token) { running_.erase(token); }

void Observer::acknowledged(const std::string& token, std::int64_t sequence) {
  const auto key = facts_.by_token.find(token);
  const auto stored = key == facts_.by_token.end() ? facts_.measurements.end()
                                                   : facts_.measurements.find(key->second);
  const std::int64_t durable = stored == facts_.measurements.end() || stored->second.empty()
                                   ? 0
                                   : stored->second.rbegin()->first;
  if (sequence > durable) {
    throw Violation("measurement " + std::to_string(sequence) +
                    " is acknowledged, the store has them up to " + std::to_string(durable));
  }
}

void Observer::acknowledged(const idl::Checkpoint& checkpoint) const {
  const auto recorded = facts_.recorded.find({checkpoint.session_id, checkpoint.number});
  if (recorded == facts_.recorded.end() || recorded->second != checkpoint) {
    throw Violation("a checkpoint is acknowledged and not in the store");
  }
  const auto kept = facts_.kept.find(checkpoint.session_id);
  if (kept != facts_.kept.end() && kept->second.count(checkpoint.number) != 0 &&
      !world_.disk.has(checkpoint.digest)) {
    throw Violation("a checkpoint is recorded and its files are gone");
  }
}

void Observer::finish_accepted(const std::string& token, const idl::ExitReport& exit) const {
  const idl::Attempt* attempt = facts_.attempt_of(token);
  if (attempt == nullptr || !ended(attempt->state)) {
    throw Violation("a finish was accepted and is not durable");
  }
  if (!attempt->__isset.exit || attempt->exit.message != exit.message) {
    throw Violation("a finish was accepted, but the attempt ended otherwise in the store");
  }
}

void Observer::check_finished() const {
  check_everything_final(facts_);
  for (const auto& [id, study] : facts_.studies) {
    check_proposals(facts_, study);
  }
  if (!running_.empty()) {
    throw Violation("a program runs on after everything has ended");
  }
}

}  // namespace automl::simulation
