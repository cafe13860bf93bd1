// SPDX-License-Identifier: Apache-2.0
#include "engine/editing.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "engine/edit_plan.hpp"
#include "engine/recovery.hpp"
#include "engine/repeats.hpp"
#include "engine/session_queue.hpp"
#include "engine/settlement.hpp"
#include "engine/spec_difference.hpp"
#include "engine/study_file/complaints.hpp"
#include "engine/study_view.hpp"
#include "engine/trial_end.hpp"

namespace automl::engine {

namespace {

void reply(Turn& turn, CallId call, const StudyEntry& study, idl::StudyVersion version) {
  idl::EditReply reply;
  reply.status = study_view(study, turn.clock);
  version.source_text.clear();
  reply.version = std::move(version);
  turn.reply(call, std::move(reply));
}

// The version that is in force, with nothing changed.
idl::StudyVersion unchanged(const StudyEntry& study) {
  idl::StudyVersion version;
  version.number = study.record.file_version;
  version.spec = study.record.spec;
  return version;
}

// A repeat is told of the version that it made, whatever has followed.
bool replay_edit(Turn& turn, const StudyEntry& study, const Caller& caller) {
  bool refused = false;
  const auto stored = replayed(turn, caller, refused);
  if (!stored) {
    return refused;
  }
  for (idl::StudyVersion& version : turn.storage.load_study_versions(study.record.id)) {
    if (std::to_string(version.number) == *stored) {
      reply(turn, caller.call, study, std::move(version));
      return true;
    }
  }
  reply(turn, caller.call, study, unchanged(study));
  return true;
}

// Every key that cannot change, with its place in the file and the reason.
Refusal refusal_of(const StudyEdited& event, const std::vector<FixedKey>& keys) {
  study_file::Complaints complaints;
  for (const FixedKey& fixed : keys) {
    const auto place = event.places.find(fixed.key);
    complaints.add(place == event.places.end() ? study_file::Position() : place->second,
                   fixed.key + " cannot change: " + fixed.reason);
  }
  Refusal refusal;
  refusal.message = "nothing was changed; another study with inherit: " + event.study +
                    " starts from the trials of this one";
  refusal.errors = complaints.in_order(event.source_text);
  return refusal;
}

std::string edited_meanwhile(Turn& turn, const StudyEntry& study, const StudyEdited& event) {
  std::string by;
  for (const idl::StudyVersion& version : turn.storage.load_study_versions(study.record.id)) {
    by = version.by;
  }
  return "study \"" + event.study + "\" was edited meanwhile" + (by.empty() ? "" : " by " + by) +
         ": it has version " + std::to_string(study.record.file_version) + ", yours began with " +
         std::to_string(event.version) + "; look again and edit that one";
}

// Why it cannot be edited now or so; empty: it can.
std::string objection(Turn& turn,
                      const StudyEntry& study,
                      const StudyEdited& event,
                      const SpecDifference& difference) {
  if (event.version != study.record.file_version && !planted(PlantedBug::kEditOverwrites)) {
    return edited_meanwhile(turn, study, event);
  }
  if (study.record.smoke) {
    return "study \"" + event.study + "\" is a smoke trial";
  }
  if (study.searched() && difference.search) {
    return "the search of study \"" + event.study +
           "\" is over: " + study.record.repetition.search_ended;
  }
  const auto baselines = study.record.spec.baseline.size();
  if (event.spec.baseline != study.record.spec.baseline && study.trials.size() < baselines) {
    return "study \"" + event.study + "\" has not tried all of its baselines yet";
  }
  return "";
}

// What no store knows is taken along; suggestions of the old space are not.
void read_anew(Turn& turn, StudyEntry& study, idl::Study record) {
  StudyEntry fresh = read_study(turn.storage, std::move(record));
  fresh.open = std::move(study.open);
  fresh.to_resume = std::move(study.to_resume);
  fresh.asks = std::move(study.asks);
  fresh.lent = study.lent;
  fresh.suggestion_ms = study.suggestion_ms;
  fresh.version = study.version + 1;
  if (planted(PlantedBug::kEditKeepsSuggestions)) {
    fresh.ready = std::move(study.ready);
  }
  turn.state.study_by_ticket.erase(study.computing.ticket);
  study = std::move(fresh);
  study.leave_place();
}

void put_into_force(Turn& turn, StudyEntry& study, EditPlan plan) {
  const std::int64_t id = study.record.id;
  if (study.record.file_version == 1) {
    idl::StudyVersion first = unchanged(study);
    first.source_text = study.record.source_text;
    first.time_ms = study.record.created_ms;
    first.by = study.record.owner;
    turn.storage.store_study_version(id, first);
  }
  turn.storage.store_study_version(id, plan.version);
  for (const std::int64_t trial : plan.withdrawn) {
    request_stop(turn,
                 turn.state.sessions.at(study.open.at(trial).session_id),
                 idl::StopReason::USER,
                 "outside the space of file version " + std::to_string(plan.version.number),
                 false);
  }
  if (!planted(PlantedBug::kEditNotKept)) {
    turn.storage.update_study(plan.record);
  }
  read_anew(turn, study, std::move(plan.record));
  turn.state.touched.insert(id);
  turn.state.queue_touched = true;
}

// Of a study that runs; one that is done would not have gone on.
void end_at_target(Turn& turn, StudyEntry& study) {
  if (study.live() && !study.searched() && reaches_target(study.ranking, study.record.spec)) {
    end_search(turn, study, "target reached", true);
  }
}

}  // namespace

void edit_study(Turn& turn, const StudyEdited& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = find_study(turn.state, event.study);
  if (study == nullptr) {
    return turn.refuse(call, Refusal::Kind::kNotFound, "there is no study \"" + event.study + "\"");
  }
  if (!event.dry_run && replay_edit(turn, *study, event.caller)) {
    return;
  }
  const SpecDifference difference = compare_specs(study->record.spec, event.spec);
  if (const std::string why = objection(turn, *study, event, difference); !why.empty()) {
    return turn.refuse(call, Refusal::Kind::kConflict, why);
  }
  if (!difference.refused.empty()) {
    return turn.reply(call, refusal_of(event, difference.refused));
  }
  if (!study->external() && !possible(turn.state, event.spec.resources)) {
    return turn.refuse(
        call,
        Refusal::Kind::kInvalid,
        "resources: no node has that much; the largest has " + largest_node(turn.state));
  }
  EditPlan plan;
  try {
    plan = plan_edit(turn, *study, event, difference);
  } catch (const std::invalid_argument& error) {
    return turn.refuse(call, Refusal::Kind::kInvalid, error.what());
  }
  if (event.dry_run || difference.none()) {
    if (!event.dry_run) {
      remember(turn, event.caller, "");
    }
    return reply(turn, call, *study, difference.none() ? unchanged(*study) : plan.version);
  }
  const idl::StudyVersion version = plan.version;
  put_into_force(turn, *study, std::move(plan));
  end_at_target(turn, *study);
  remember(turn, event.caller, std::to_string(version.number));
  reply(turn, call, *study, version);
}

}  // namespace automl::engine
