// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/facts.hpp"

#include <algorithm>

#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

using S = idl::StudyState;
using T = idl::TrialState;
using N = idl::SessionState;
using A = idl::AttemptState;

// The tables of docs/states.md, written down here once more: the engine's own are under test.
const std::set<std::pair<int, int>> kStudyMoves = {{S::RUNNING, S::PAUSED},
                                                   {S::RUNNING, S::DONE},
                                                   {S::RUNNING, S::STOPPED},
                                                   {S::RUNNING, S::FAILED},
                                                   {S::PAUSED, S::RUNNING},
                                                   {S::PAUSED, S::DONE},
                                                   {S::PAUSED, S::STOPPED},
                                                   {S::PAUSED, S::FAILED},
                                                   {S::STOPPED, S::RUNNING},
                                                   {S::FAILED, S::RUNNING},
                                                   {S::DONE, S::RUNNING}};
const std::set<std::pair<int, int>> kTrialMoves = {{T::WAITING, T::RUNNING},
                                                   {T::WAITING, T::CANCELLED},
                                                   {T::WAITING, T::FAILED},
                                                   {T::WAITING, T::PAUSED},
                                                   {T::WAITING, T::PRUNED},
                                                   {T::RUNNING, T::COMPLETE},
                                                   {T::RUNNING, T::FAILED},
                                                   {T::RUNNING, T::WAITING},
                                                   {T::RUNNING, T::PAUSED},
                                                   {T::RUNNING, T::PRUNED},
                                                   {T::PAUSED, T::WAITING},
                                                   {T::PAUSED, T::PRUNED},
                                                   {T::PAUSED, T::CANCELLED}};
const std::set<std::pair<int, int>> kSessionMoves = {{N::QUEUED, N::LAUNCHING},
                                                     {N::QUEUED, N::STOPPED},
                                                     {N::QUEUED, N::FAILED},
                                                     {N::LAUNCHING, N::RUNNING},
                                                     {N::LAUNCHING, N::QUEUED},
                                                     {N::LAUNCHING, N::STOPPED},
                                                     {N::LAUNCHING, N::FAILED},
                                                     {N::RUNNING, N::COMPLETE},
                                                     {N::RUNNING, N::FAILED},
                                                     {N::RUNNING, N::STOPPED},
                                                     {N::RUNNING, N::QUEUED},
                                                     {N::QUEUED, N::PAUSED},
                                                     {N::LAUNCHING, N::PAUSED},
                                                     {N::RUNNING, N::PAUSED},
                                                     {N::PAUSED, N::QUEUED},
                                                     {N::PAUSED, N::STOPPED}};
const std::set<std::pair<int, int>> kAttemptMoves = {{A::LAUNCHING, A::RUNNING},
                                                     {A::LAUNCHING, A::FAILED},
                                                     {A::LAUNCHING, A::STOPPED},
                                                     {A::LAUNCHING, A::LOST},
                                                     {A::RUNNING, A::SUSPECT},
                                                     {A::RUNNING, A::COMPLETE},
                                                     {A::RUNNING, A::FAILED},
                                                     {A::RUNNING, A::STOPPED},
                                                     {A::RUNNING, A::LOST},
                                                     {A::SUSPECT, A::RUNNING},
                                                     {A::SUSPECT, A::COMPLETE},
                                                     {A::SUSPECT, A::FAILED},
                                                     {A::SUSPECT, A::STOPPED},
                                                     {A::SUSPECT, A::LOST}};

void check_move(const std::set<std::pair<int, int>>& table,
                const std::string& what,
                int from,
                int to,
                bool was_final) {
  if (was_final && from != to) {
    throw Violation(what + " moved from terminal state " + std::to_string(from) + " to " +
                    std::to_string(to));
  }
  if (from != to && table.count({from, to}) == 0) {
    throw Violation(what + " moved from state " + std::to_string(from) + " to " +
                    std::to_string(to) + ", which the table does not allow");
  }
}

// What is proposed belongs to the version in force, and its numbers lie in its ranges.
void require_place(const idl::Study& study, const idl::Trial& trial) {
  bool inside = trial.file_version == study.file_version;
  for (const idl::Parameter& parameter : study.spec.space) {
    for (const idl::Assignment& one : trial.configuration) {
      const bool ranged = one.parameter == parameter.name && one.value.__isset.real;
      inside = inside && (!ranged || (one.value.real >= parameter.low * (1 - 1e-9) &&
                                      one.value.real <= parameter.high * (1 + 1e-9)));
    }
  }
  if (!inside && !trial.__isset.repeat_of) {
    throw Violation("trial " + study.spec.name + "/" + std::to_string(trial.number) +
                    " lies outside the space of its study");
  }
}

// Continuing a stopped or failed study is the owner's right, so `ended` does not forbid it here.
struct Apply {
  Facts& facts;

  void operator()(const NewStudy& change) const {
    facts.studies[change.record.id] = change.record;
    facts.touched_studies.insert(change.record.id);
  }
  void operator()(const idl::Study& study) const {
    idl::Study& old = facts.studies.at(study.id);
    check_move(kStudyMoves, "study " + study.spec.name, old.state, study.state, false);
    const bool edited = study.file_version == old.file_version + 1;
    if (study.owner != old.owner || (study.spec != old.spec && !edited)) {
      throw Violation("study " + study.spec.name + " became another one");
    }
    if (old.state == S::DONE && study.state == S::RUNNING && !edited) {
      throw Violation("study " + study.spec.name + " was done and goes on without an edit");
    }
    const auto versions = facts.versions.find(study.id);
    if (versions != facts.versions.end() &&
        (study.file_version != static_cast<std::int64_t>(versions->second.size()) ||
         study.spec != versions->second.back())) {
      throw Violation("study " + study.spec.name + " is not as its latest version");
    }
    old = study;
    facts.touched_studies.insert(study.id);
  }
  void operator()(const NewVersion& change) const {
    std::vector<idl::StudySpec>& versions = facts.versions[change.study_id];
    if (change.version.number != static_cast<std::int64_t>(versions.size()) + 1) {
      throw Violation("the versions of study " + std::to_string(change.study_id) + " have a gap");
    }
    versions.push_back(change.version.spec);
  }
  void count(const idl::Trial& trial, std::int64_t by) const {
    Tally& tally = facts.tallies[trial.study_id];
    const bool paused = trial.state == T::PAUSED;
    tally.live += ended(trial.state) || paused ? 0 : by;
    tally.waiting += trial.state == T::WAITING || paused ? by : 0;
  }
  void operator()(const NewTrial& change) const {
    require_place(facts.studies.at(change.record.study_id), change.record);
    const TrialKey key{change.record.study_id, change.record.number};
    Tally& tally = facts.tallies[change.record.study_id];
    if (change.record.number != tally.all) {
      throw Violation("study " + std::to_string(key.first) + ": trial " +
                      std::to_string(key.second) + " is its number " + std::to_string(tally.all));
    }
    ++tally.all;
    tally.repeats += change.record.__isset.repeat_of ? 1 : 0;
    count(change.record, 1);
    facts.trials[key] = change.record;
    facts.proposed[key] = change.record.configuration;
    facts.touched_studies.insert(change.record.study_id);
  }
  void operator()(const idl::Trial& trial) const {
    const TrialKey key{trial.study_id, trial.number};
    idl::Trial& old = facts.trials.at(key);
    const std::string name =
        "trial " + std::to_string(trial.study_id) + "/" + std::to_string(trial.number);
    check_move(kTrialMoves, name, old.state, trial.state, ended(old.state));
    if (trial.session_id != old.session_id) {
      throw Violation(name + " became another one");
    }
    if (trial.configuration != old.configuration) {
      facts.reconfigured_trials.push_back(key);
    }
    if (ended(old.state)) {
      throw Violation(name + " was written after its end");
    }
    if (ended(trial.state)) {
      facts.ended_trials.push_back(key);
    }
    count(old, -1);
    count(trial, 1);
    if (trial.__isset.repeat_of != old.__isset.repeat_of) {
      throw Violation(name + " became a repeat, or is none any more");
    }
    old = trial;
    facts.touched_studies.insert(trial.study_id);
    if (trial.session_id != 0) {
      facts.touched_sessions.insert(trial.session_id);
    }
  }
  void operator()(const NewSession& change) const {
    facts.sessions[change.record.id] = change.record;
    facts.touched_sessions.insert(change.record.id);
  }
  void operator()(const idl::Session& session) const {
    idl::Session& old = facts.sessions.at(session.id);
    check_move(
        kSessionMoves, "session " + session.name, old.state, session.state, ended(old.state));
    if (ended(old.state)) {
      throw Violation("session " + session.name + " was written after its end");
    }
    const bool held = old.state == N::PAUSED && old.stop_reason == idl::StopReason::USER;
    if (held && session.state == N::QUEUED && facts.resumed_by_users.count(session.name) == 0) {
      throw Violation("session " + session.name +
                      " goes on, and the user who paused it said nothing");
    }
    old = session;
    facts.touched_sessions.insert(session.id);
  }
  void operator()(const NewAttempt& change) const {
    const AttemptKey key{change.record.session_id, change.record.number};
    facts.attempts[key] = change.record;
    if (!facts.by_token.emplace(change.record.token, key).second) {
      throw Violation("two attempts with one token");
    }
    facts.open_attempts.insert(key);
    facts.new_attempts.push_back(key);
    facts.touched_sessions.insert(change.record.session_id);
  }
  void operator()(const idl::Attempt& attempt) const {
    const AttemptKey key{attempt.session_id, attempt.number};
    idl::Attempt& old = facts.attempts.at(key);
    check_move(
        kAttemptMoves,
        "attempt " + std::to_string(attempt.session_id) + "#" + std::to_string(attempt.number),
        old.state,
        attempt.state,
        ended(old.state));
    if (attempt.pause && !old.pause && old.stop_reason != idl::StopReason::NONE) {
      throw Violation("an attempt that was to end is to pause instead");
    }
    if (attempt.token != old.token) {
      throw Violation("an attempt got another token");
    }
    if (ended(attempt.state)) {
      facts.open_attempts.erase(key);
      facts.ended_attempts.push_back(key);
    }
    if (attempt.state == A::RUNNING) {
      facts.started[key] = true;
    }
    old = attempt;
    facts.touched_sessions.insert(attempt.session_id);
  }
  void operator()(const NewMeasurements& change) const {
    auto& stored = facts.measurements[{change.session_id, change.attempt}];
    const idl::Session& session = facts.sessions.at(change.session_id);
    const TrialKey trial{session.study_id, session.trial_number};
    for (const idl::Measurement& measurement : change.batch) {
      if (!stored.empty() && measurement.sequence <= stored.rbegin()->first) {
        continue;
      }
      stored.emplace(measurement.sequence, measurement);
      if (session.study_id != 0) {
        const idl::StudySpec& spec = facts.studies.at(session.study_id).spec;
        facts.reports[trial] += measurement.metrics.count(spec.objectives.front().metric);
        facts.reporting_trials.insert(trial);
      }
    }
  }
  // When it is decided: the donor may take over something itself later in the same turn.
  void require_own_weights(std::int64_t study_id, const idl::ScheduleEvent& decision) const {
    const auto taken = facts.taken_over.find({study_id, decision.donor});
    if (taken != facts.taken_over.end() && decision.source.attempt <= taken->second.attempts) {
      throw Violation(
          "a trial is to take over what its donor had before it took over something itself");
    }
  }
  void operator()(const NewScheduleEvent& change) const {
    if (change.event.decision == idl::Decision::EXPLOIT) {
      require_own_weights(change.study_id, change.event);
    }
    std::vector<idl::ScheduleEvent>& schedule = facts.schedules[change.study_id];
    if (change.event.position != static_cast<std::int64_t>(schedule.size()) + 1) {
      throw Violation("the schedule of study " + std::to_string(change.study_id) + " has a gap");
    }
    schedule.push_back(change.event);
    facts.reporting_trials.insert({change.study_id, change.event.trial});
    if (change.event.kind == idl::ScheduleEventKind::EXPLOIT) {
      const TrialKey key{change.study_id, change.event.trial};
      TakenOver& taken = facts.taken_over[key];
      taken.event = change.event;
      if (!takes_back(change.event)) {  // else it was to take over before this attempt
        taken.attempts = facts.sessions.at(facts.trials.at(key).session_id).attempts;
      }
    }
  }
  void operator()(const NewCheckpoint& change) const {
    const idl::Checkpoint& one = change.record;
    if (!facts.recorded.emplace(CheckpointKey{one.session_id, one.number}, one).second) {
      throw Violation("a checkpoint was recorded twice");
    }
    facts.kept[one.session_id].insert(one.number);
  }
  void operator()(const ForgottenCheckpoint& change) const {
    std::set<std::int64_t>& kept = facts.kept[change.session_id];
    if (kept.size() < 2 || *kept.begin() != change.number) {
      throw Violation("another checkpoint than the oldest of several makes room");
    }
    kept.erase(kept.begin());
  }
  void operator()(const NewReply& change) const {
    const std::pair<std::string, std::string> key{change.principal, change.request_id};
    facts.replies[key] = change.reply;
    facts.fresh_replies.insert(key);
  }
};

}  // namespace

void Facts::apply(const std::vector<Change>& changes) {
  ++commits;
  touched_studies.clear();
  touched_sessions.clear();
  reporting_trials.clear();
  ended_trials.clear();
  reconfigured_trials.clear();
  new_attempts.clear();
  ended_attempts.clear();
  fresh_replies.clear();
  for (const Change& change : changes) {
    std::visit(Apply{*this}, change);
  }
  for (const TrialKey& key : reconfigured_trials) {
    const auto taken = taken_over.find(key);
    if (taken == taken_over.end() ||
        taken->second.event.configuration != trials.at(key).configuration) {
      throw Violation("trial " + std::to_string(key.first) + "/" + std::to_string(key.second) +
                      " has got another configuration, and its schedule knows nothing of that");
    }
  }
}

std::vector<const idl::StudySpec*> Facts::versions_of(const idl::Study& study) const {
  const auto found = versions.find(study.id);
  if (found == versions.end()) {
    return {&study.spec};
  }
  std::vector<const idl::StudySpec*> all;
  for (const idl::StudySpec& spec : found->second) {
    all.push_back(&spec);
  }
  return all;
}

std::vector<idl::Measurement> Facts::curve(std::int64_t session_id) const {
  std::vector<idl::Measurement> curve;
  for (auto at = started.lower_bound({session_id, 0});
       at != started.end() && at->first.first == session_id;
       ++at) {
    const auto found = measurements.find(at->first);
    const bool measured = found != measurements.end() && !found->second.empty();
    if (!attempts.at(at->first).__isset.restored) {
      curve.clear();
    } else if (measured) {
      const std::int64_t first = found->second.begin()->second.step;
      const auto again = [first](const idl::Measurement& one) { return one.step >= first; };
      curve.erase(std::remove_if(curve.begin(), curve.end(), again), curve.end());
    }
    if (measured) {
      for (const auto& [sequence, measurement] : found->second) {
        curve.push_back(measurement);
      }
    }
  }
  return curve;
}

const idl::Attempt* Facts::attempt_of(const std::string& token) const {
  const auto found = by_token.find(token);
  return found == by_token.end() ? nullptr : &attempts.at(found->second);
}

const idl::Attempt* Facts::open_attempt(std::int64_t session_id) const {
  const auto after = attempts.lower_bound({session_id + 1, 0});
  if (after == attempts.begin()) {
    return nullptr;
  }
  const idl::Attempt& last = std::prev(after)->second;
  return last.session_id == session_id && !ended(last.state) ? &last : nullptr;
}

bool ended(idl::StudyState::type state) { return state != S::RUNNING && state != S::PAUSED; }
bool ended(idl::TrialState::type state) {
  return state != T::WAITING && state != T::RUNNING && state != T::PAUSED;
}
bool ended(idl::SessionState::type state) {
  return state == N::COMPLETE || state == N::FAILED || state == N::STOPPED;
}
bool ended(idl::AttemptState::type state) {
  return state != A::LAUNCHING && state != A::RUNNING && state != A::SUSPECT;
}

}  // namespace automl::simulation
