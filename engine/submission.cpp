// SPDX-License-Identifier: Apache-2.0
#include "engine/submission.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/inheritance.hpp"
#include "engine/proposals.hpp"
#include "engine/session_queue.hpp"
#include "engine/settlement.hpp"
#include "engine/study_view.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr const char* kCreated = "created ";
constexpr const char* kContinued = "continued ";

void reply_submission(Turn& turn, CallId call, const StudyEntry& study, bool created) {
  idl::SubmitReply reply;
  reply.outcome = created ? idl::Submission::CREATED : idl::Submission::CONTINUED;
  reply.status = study_view(study, turn.clock);
  turn.reply(call, std::move(reply));
}

bool replay_submission(Turn& turn, const StudySubmitted& event) {
  bool refused = false;
  const auto stored = replayed(turn, event.caller, refused);
  if (!stored) {
    return refused;
  }
  const bool created = stored->rfind(kCreated, 0) == 0;
  const std::string name =
      stored->substr(created ? std::string(kCreated).size() : std::string(kContinued).size());
  if (const StudyEntry* study = find_study(turn.state, name)) {
    reply_submission(turn, event.caller.call, *study, created);
  } else {
    turn.refuse(event.caller.call, Refusal::Kind::kNotFound, "study " + name + " is gone");
  }
  return true;
}

// A smoke trial is a study of its own with one trial: the baseline if there is one, else the
// defaults.
void make_smoke(const EngineState& state, const std::string& owner, idl::StudySpec& spec) {
  const std::string stem = spec.name + "-smoke-";
  int number = 1;
  while (state.study_by_name.count(owner + "/" + stem + std::to_string(number)) != 0) {
    ++number;
  }
  spec.name = stem + std::to_string(number);
  if (spec.baseline.empty()) {
    spec.baseline.emplace_back();
  }
  spec.baseline.resize(1);
  spec.enqueue.clear();
  spec.compare_seeds = 0;
  spec.inherit.clear();
  spec.scheduler = idl::Scheduler();
  spec.__isset.stop_and_go = false;
  spec.parallel = 1;
  spec.retries = 1;  // for `check --smoke`, which kills it; not for one that fails
  if (spec.seed < 0) {
    spec.seed = 0;  // two smoke trials do the same
  }
  spec.budget = idl::Budget();
  spec.budget.trials = 1;
}

void create_study(Turn& turn, const StudySubmitted& event, idl::StudySpec spec) {
  if (spec.seed < 0) {
    spec.seed = turn.random.seed();
  }
  StudyEntry entry;
  try {
    entry.search = make_search(spec);
    entry.schedule = needs_schedule(spec) ? std::make_unique<Schedule>(spec) : nullptr;
  } catch (const std::invalid_argument& error) {
    return turn.refuse(event.caller.call, Refusal::Kind::kInvalid, error.what());
  }
  Inheritance inheritance =
      inherit(turn.state, turn.storage, event.caller.principal, spec, entry.search->space);
  if (!inheritance.objection.empty()) {
    return turn.refuse(event.caller.call, Refusal::Kind::kInvalid, inheritance.objection);
  }
  add_prior_tasks(*entry.search, spec, inheritance.tasks);
  entry.record.inherited = std::move(inheritance.notes);
  entry.record.owner = event.caller.principal;
  entry.record.algorithm_note = algorithm_note(spec);
  entry.record.enqueued = spec.enqueue;
  entry.record.spec = std::move(spec);
  entry.record.state = idl::StudyState::RUNNING;
  entry.record.created_ms = turn.clock.wall_ms();
  entry.record.source_digest = event.source_digest;
  entry.record.source_text = event.source_text;
  entry.record.source_directory = event.source_directory;
  entry.record.code_digest = event.code_digest;
  entry.record.smoke = event.smoke;
  const std::int64_t id = turn.storage.create_study(entry.record);
  if (!inheritance.tasks.empty()) {
    turn.storage.store_prior_tasks(id, inheritance.tasks);
  }
  entry.record.id = id;
  const std::string& name = entry.record.spec.name;
  remember(turn, event.caller, kCreated + entry.record.owner + "/" + name);
  turn.state.study_by_name[entry.record.owner + "/" + name] = id;
  const auto [place, inserted] = turn.state.studies.emplace(id, std::move(entry));
  turn.state.touched.insert(id);
  reply_submission(turn, event.caller.call, place->second, true);
}

void revive(Turn& turn, StudyEntry& study) {
  const auto state = study.record.state;
  if (state == idl::StudyState::RUNNING || state == idl::StudyState::DONE) {
    return;
  }
  if (state == idl::StudyState::FAILED) {
    study.record.forgiven_failures = study.counts[idl::TrialState::FAILED];
    study.failure_messages.clear();
  }
  move(study.record, idl::StudyState::RUNNING);
  study.record.reason.clear();
  study.record.ended_ms = 0;
  turn.storage.update_study(study.record);
  ++study.version;
  turn.state.touched.insert(study.record.id);
  turn.state.queue_touched = true;
}

void continue_study(Turn& turn, const StudySubmitted& event, StudyEntry& study) {
  const std::string differs = difference(study.record.spec, event.spec);
  const std::string& name = study.record.spec.name;
  const std::string exists = "study \"" + name + "\" exists and is not the same: ";
  if (study.record.code_digest != event.code_digest) {
    return turn.refuse(
        event.caller.call,
        Refusal::Kind::kConflict,
        exists + differs + (differs.empty() ? "" : ", ") +
            "the code changed; give the new one another name, or undo the change");
  }
  if (!differs.empty()) {
    return turn.refuse(event.caller.call,
                       Refusal::Kind::kConflict,
                       exists + differs + " changed; automl edit " + name +
                           " FILE changes it as far as that is possible, or give the new one "
                           "another name");
  }
  revive(turn, study);
  remember(turn, event.caller, kContinued + study.record.owner + "/" + name);
  reply_submission(turn, event.caller.call, study, false);
}

}  // namespace

std::string difference(const idl::StudySpec& before, const idl::StudySpec& now) {
  std::string parts;
  const auto compare = [&parts](bool same, const char* key) {
    if (!same) {
      parts += (parts.empty() ? "" : ", ") + std::string(key);
    }
  };
  compare(before.datasets == now.datasets, "dataset");
  compare(before.setup == now.setup, "setup");
  compare(before.command == now.command, "command");
  compare(before.metrics == now.metrics, "metrics");
  compare(before.objectives == now.objectives, "objective");
  compare(before.constraints == now.constraints, "constraints");
  compare(before.space == now.space, "space");
  compare(before.forbid == now.forbid, "forbid");
  compare(before.algorithm == now.algorithm, "algorithm");
  compare(before.scheduler == now.scheduler, "scheduler");
  compare(before.baseline == now.baseline, "baseline");
  compare(before.enqueue == now.enqueue, "enqueue");
  compare(before.compare_seeds == now.compare_seeds, "compare");
  compare(before.inherit == now.inherit, "inherit");
  compare(before.parallel == now.parallel, "parallel");
  compare(std::max(1, before.priority) == std::max(1, now.priority), "priority");
  compare(before.stop_and_go == now.stop_and_go &&
              before.__isset.stop_and_go == now.__isset.stop_and_go,
          "stop_and_go");
  compare(before.resources == now.resources, "resources");
  compare(before.budget == now.budget, "budget");
  compare(before.retries == now.retries, "retries");
  compare(before.max_failures == now.max_failures, "max_failures");
  compare(now.seed < 0 || before.seed == now.seed, "seed");
  return parts;
}

void submit_study(Turn& turn, const StudySubmitted& event) {
  if (replay_submission(turn, event)) {
    return;
  }
  if (!possible(turn.state, event.spec.resources) && !event.spec.command.empty()) {
    return turn.refuse(
        event.caller.call,
        Refusal::Kind::kInvalid,
        "resources: no node has that much; the largest has " + largest_node(turn.state));
  }
  if (event.smoke) {
    idl::StudySpec spec = event.spec;
    make_smoke(turn.state, event.caller.principal, spec);
    return create_study(turn, event, std::move(spec));
  }
  const auto known = turn.state.study_by_name.find(event.caller.principal + "/" + event.spec.name);
  if (known == turn.state.study_by_name.end()) {
    return create_study(turn, event, event.spec);
  }
  continue_study(turn, event, turn.state.studies.at(known->second));
}

StudyEntry* study_to_change(Turn& turn, const Caller& caller, const std::string& study) {
  StudyEntry* found = find_study(turn.state, study);
  if (found == nullptr) {
    turn.refuse(caller.call, Refusal::Kind::kNotFound, "there is no study \"" + study + "\"");
    return nullptr;
  }
  bool refused = false;
  if (replayed(turn, caller, refused)) {
    turn.reply(caller.call, study_view(*found, turn.clock));
    return nullptr;
  }
  return refused ? nullptr : found;
}

bool session_was_made(Turn& turn, const Caller& caller) {
  bool refused = false;
  const auto name = replayed(turn, caller, refused);
  if (name) {
    idl::SubmitSessionReply reply;
    reply.session = turn.storage.find_session(*name).value_or(idl::Session());
    turn.reply(caller.call, std::move(reply));
  }
  return name || refused;
}

void make_session(Turn& turn,
                  const Caller& caller,
                  const std::string& dataset,
                  idl::Session session) {
  session.owner = caller.principal;
  session.state = idl::SessionState::QUEUED;
  session.created_ms = turn.clock.wall_ms();
  session.name = session.owner + "/" + dataset + "/" +
                 std::to_string(turn.storage.next_session_number(session.owner, dataset));
  turn.storage.create_session(session);
  remember(turn, caller, session.name);
  idl::SubmitSessionReply reply;
  reply.session = session;
  SessionEntry& entry = turn.state.sessions[session.id];
  entry.record = std::move(session);
  turn.state.queue_touched = true;
  turn.reply(caller.call, std::move(reply));
}

void change_study(Turn& turn, const StudyChangeRequested& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = study_to_change(turn, event.caller, event.study);
  if (study == nullptr) {
    return;
  }
  const bool pause = event.action == idl::StudyAction::PAUSE;
  const bool resume = event.action == idl::StudyAction::RESUME;
  const bool kill = event.action == idl::StudyAction::KILL;
  if (resume && study->record.state == idl::StudyState::DONE) {
    return turn.refuse(call,
                       Refusal::Kind::kConflict,
                       "study \"" + event.study + "\" is done: " + study->record.reason);
  }
  if (pause && !study->live()) {
    return turn.refuse(
        call, Refusal::Kind::kConflict, "study \"" + event.study + "\" is not running");
  }
  if (resume) {
    revive(turn, *study);
  } else if (pause) {
    if (study->record.state == idl::StudyState::RUNNING) {
      move(study->record, idl::StudyState::PAUSED);
      study->record.reason = "paused by " + event.caller.principal;
      turn.storage.update_study(study->record);
      ++study->version;
      refuse_asks(turn, *study, Refusal::Kind::kConflict, "the study was paused");
    }
  } else {
    end_study(turn, *study, idl::StudyState::STOPPED, "stopped by " + event.caller.principal, kill);
  }
  remember(turn, event.caller, "changed");
  turn.reply(call, study_view(*study, turn.clock));
}

void submit_session(Turn& turn, const SessionSubmitted& event) {
  const CallId call = event.caller.call;
  if (session_was_made(turn, event.caller)) {
    return;
  }
  if (event.spec.command.empty()) {
    return turn.refuse(call, Refusal::Kind::kInvalid, "a session needs a command");
  }
  if (!possible(turn.state, event.spec.resources)) {
    return turn.refuse(call,
                       Refusal::Kind::kInvalid,
                       "no node has these resources; the largest has " + largest_node(turn.state));
  }
  idl::Session session;
  session.spec = event.spec;
  make_session(turn,
               event.caller,
               event.dataset_name.empty() ? "none" : event.dataset_name,
               std::move(session));
}

void stop_session(Turn& turn, const SessionStopRequested& event) {
  const CallId call = event.caller.call;
  const SessionReference found = find_session(turn.state, turn.storage, event.session);
  if (found.ended) {
    return turn.reply(call, std::monostate());  // what was asked for is the case
  }
  if (found.open == nullptr) {
    return turn.refuse(
        call, Refusal::Kind::kNotFound, "there is no session \"" + event.session + "\"");
  }
  bool refused = false;
  if (replayed(turn, event.caller, refused) || refused) {
    return refused ? void() : turn.reply(call, std::monostate());
  }
  remember(turn, event.caller, "stopped");
  request_stop(turn,
               turn.state.sessions.at(found.open->record.id),
               idl::StopReason::USER,
               "stopped by " + event.caller.principal,
               event.kill);
  turn.reply(call, std::monostate());
}

}  // namespace automl::engine
