// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduling.hpp"

#include <map>
#include <utility>
#include <vector>

#include "engine/command_line.hpp"
#include "engine/pausing.hpp"
#include "engine/proposals.hpp"
#include "engine/schedule.hpp"
#include "engine/settlement.hpp"
#include "engine/slot_lending.hpp"
#include "engine/space_binding.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

void store(Turn& turn, const StudyEntry& study, idl::ScheduleEvent event) {
  event.time_ms = turn.clock.wall_ms();
  if (!planted(PlantedBug::kDecisionNotStored)) {
    turn.storage.append_schedule(study.record.id, event);
  }
}

// Attempts that have been asked to end already are left alone by request_stop and request_pause.
void carry_out(Turn& turn, SessionEntry& session, const idl::ScheduleEvent& event) {
  switch (event.decision) {
    case idl::Decision::PRUNE:
      if (event.kept) {
        return request_pause(turn, session, idl::StopReason::PRUNED, event.reason);
      }
      return request_stop(turn, session, idl::StopReason::PRUNED, event.reason, false);
    case idl::Decision::COMPLETE:
      return request_stop(turn, session, idl::StopReason::MAX_STEPS, event.reason, false);
    case idl::Decision::PAUSE:
    case idl::Decision::EXPLOIT:
      return request_pause(turn, session, idl::StopReason::PRUNED, event.reason);
    default:
      return;
  }
}

// The checkpoint's step as the scheduler counts steps. `told` are the session's measurements.
std::int64_t scheduled_step(const idl::Scheduler& scheduler,
                            const std::vector<idl::StoredMeasurement>& told,
                            const idl::Checkpoint& of) {
  std::int64_t step = of.step;
  std::map<std::string, double> latest;
  for (const idl::StoredMeasurement& stored : told) {
    if (stored.attempt > of.attempt || stored.measurement.step > of.step) {
      continue;
    }
    for (const auto& [metric, value] : stored.measurement.metrics) {
      latest[metric] = value;
    }
    step = step_of(scheduler, stored.measurement, latest).value_or(step);
  }
  return step;
}

// Another trial, which might have been revived, makes room for this one among those that may.
void give_up(Turn& turn, const StudyEntry& study, const idl::ScheduleEvent& event) {
  const auto trial = study.open.find(event.instead_of);
  const auto session = trial == study.open.end()
                           ? turn.state.sessions.end()
                           : turn.state.sessions.find(trial->second.session_id);
  if (session != turn.state.sessions.end()) {
    request_stop(turn,
                 session->second,
                 idl::StopReason::PRUNED,
                 "stopped early, and trial " + std::to_string(event.trial) + " is more promising",
                 false);
  }
}

// What an exploit takes over: the trial's last checkpoint at or before the step, else the oldest
// one that is kept. Those from before the trial itself took over another one's do not count.
std::optional<Schedule::Source> source_of(Turn& turn,
                                          const StudyEntry& study,
                                          const search::Origin& origin) {
  const auto trial = study.open.find(origin.trial);
  const std::int64_t id =
      trial != study.open.end()
          ? trial->second.session_id
          : turn.storage.load_trials(study.record.id, origin.trial, 1).at(0).session_id;
  const auto open = turn.state.sessions.find(id);
  const idl::Session session = open != turn.state.sessions.end()
                                   ? open->second.record
                                   : turn.storage.load_session(id).value_or(idl::Session());
  const idl::Scheduler& scheduler = study.record.spec.scheduler;
  std::vector<idl::StoredMeasurement> told;
  if (!scheduler.step_metric.empty()) {
    told = turn.storage.load_measurements(id);
  }
  std::optional<Schedule::Source> found;
  for (const idl::Checkpoint& one : turn.storage.load_checkpoints(id)) {
    const std::int64_t step = scheduled_step(scheduler, told, one);
    const bool of_this_leg =
        one.attempt > session.restore_after || planted(PlantedBug::kOldWeightsCopied);
    if (of_this_leg && (!found || step <= origin.step)) {
      found = {one, step};
    }
  }
  return found;
}

// Trials that gave their slot to others go on; those that were stopped early do in lent slots only,
// and only when there is nothing new to try.
void revive(Turn& turn, StudyEntry& study, bool stopped_too) {
  const std::int64_t own = stopped_too ? study.record.spec.parallel : 0;
  if (stopped_too && trials_left(study) > 0 && !study.exhausted) {
    return;
  }
  while (!study.paused.empty() && study.live_trials() >= own &&
         study.live_trials() < study.places()) {
    const auto unsaved = unsaved_trials(turn.state, study, study.schedule->revivable());
    const std::optional<search::Move> next = study.schedule->to_revive(stopped_too, unsaved);
    if (!next) {
      return;
    }
    resume_trial(turn, study, next->trial, idl::ScheduleEventKind::REVIVE, next->reason);
  }
}

}  // namespace

void enter_schedule(Turn& turn, StudyEntry& study, const idl::Trial& trial) {
  if (!study.schedule || trial.__isset.repeat_of || study.schedule->knows(trial.number)) {
    return;
  }
  idl::ScheduleEvent event;
  event.trial = trial.number;
  event.kind = idl::ScheduleEventKind::START;
  event.configuration = trial.configuration;
  event.exempt = trial.baseline;
  store(turn, study, study.schedule->happened(std::move(event), study.pending.at(trial.number)));
}

void judge(Turn& turn,
           StudyEntry& study,
           SessionEntry& session,
           const idl::Measurement& measurement) {
  if (!study.schedule || !study.schedule->knows(session.record.trial_number)) {
    return;
  }
  const auto value = measurement.metrics.find(study.record.spec.objectives.front().metric);
  const auto step = step_of(study.record.spec.scheduler, measurement, session.latest_metrics);
  if (value == measurement.metrics.end() || !step) {
    return;
  }
  const idl::ScheduleEvent event = study.schedule->report(
      session.record.trial_number, *step, value->second, [&](const search::Origin& origin) {
        return source_of(turn, study, origin);
      });
  store(turn, study, event);
  carry_out(turn, session, event);
  if (event.__isset.instead_of) {
    give_up(turn, study, event);
  }
}

void note_in_schedule(Turn& turn,
                      StudyEntry& study,
                      std::int64_t trial,
                      idl::ScheduleEventKind::type kind,
                      const std::string& reason) {
  const bool preempted = kind == idl::ScheduleEventKind::PREEMPT;
  if (!study.schedule || !(preempted || study.schedule->concerns(trial))) {
    return;
  }
  idl::ScheduleEvent event;
  event.trial = trial;
  event.kind = kind;
  event.reason = reason;
  store(turn, study, study.schedule->happened(std::move(event)));
}

bool take_over(Turn& turn, StudyEntry& study, SessionEntry& session) {
  const std::int64_t number = session.record.trial_number;
  const idl::ScheduleEvent* plan = study.schedule ? study.schedule->pending(number) : nullptr;
  if (plan == nullptr || plan->decision != idl::Decision::EXPLOIT) {
    return false;
  }
  idl::ScheduleEvent event = *plan;
  event.kind = idl::ScheduleEventKind::EXPLOIT;
  event.decision = idl::Decision::PROCEED;
  idl::Trial& trial = study.open.at(number);
  trial.configuration = event.configuration;
  turn.storage.update_trial(trial);
  if (!planted(PlantedBug::kExploitKeepsParameters)) {
    session.record.spec.command = fill_command(study.record.spec.command, trial.configuration);
    session.record.spec.params_json = params_json(trial.configuration);
  }
  if (!planted(PlantedBug::kExploitKeepsWeights)) {
    session.record.__set_restore(event.source);
  }
  session.record.restore_after = session.record.attempts;
  turn.storage.update_session(session.record);
  store(turn, study, study.schedule->happened(std::move(event)));
  return true;
}

void take_back(Turn& turn, const SessionEntry& session, const idl::Checkpoint& own) {
  const auto found = turn.state.studies.find(session.record.study_id);
  const std::int64_t number = session.record.trial_number;
  if (found == turn.state.studies.end() || !found->second.schedule ||
      !found->second.schedule->knows(number)) {
    return;
  }
  StudyEntry& study = found->second;
  idl::ScheduleEvent event;
  event.trial = number;
  event.kind = idl::ScheduleEventKind::EXPLOIT;
  event.configuration = study.open.at(number).configuration;
  event.reason = "the checkpoint that it was to take over cannot be used";
  if (own.number != 0) {
    event.__set_donor(number);
    event.__set_source(own);
    event.donor_step = scheduled_step(
        study.record.spec.scheduler, turn.storage.load_measurements(session.record.id), own);
  }
  store(turn, study, study.schedule->happened(std::move(event)));
}

void resume_paused(Turn& turn, StudyEntry& study) {
  if (study.record.state != idl::StudyState::RUNNING) {
    return;
  }
  if (planted(PlantedBug::kHeldTrialResumed)) {
    study.to_resume = study.paused;
  }
  while (!study.to_resume.empty() && study.live_trials() < study.places()) {
    const std::int64_t number = *study.to_resume.begin();
    const std::int64_t session = study.open.at(number).session_id;
    const std::string reason = turn.state.sessions.at(session).record.reason;
    resume_trial(turn, study, number, idl::ScheduleEventKind::RESUME, reason);
  }
  if (!study.schedule) {
    return;
  }
  revive(turn, study, false);
  while (!study.paused.empty() && study.live_trials() < study.places()) {
    const std::optional<search::Resume> next = study.schedule->resume();
    if (!next) {
      break;
    }
    resume_trial(turn, study, next->trial, idl::ScheduleEventKind::RESUME, next->reason);
  }
  revive(turn, study, true);
}

std::optional<search::History> shown_to_sampler(const EngineState& state, const StudyEntry& study) {
  if (!study.schedule) {
    return std::nullopt;
  }
  std::optional<search::History> shown = study.schedule->observations();
  if (shown) {
    for (const search::PriorTask& task : study.search->history.prior()) {
      shown->inherit(task);
    }
    return shown;
  }
  if (study.paused.empty()) {
    return std::nullopt;
  }
  shown = study.search->history;
  for (const std::int64_t number : study.paused) {
    const idl::Trial& open = study.open.at(number);
    const ResultTrace& trace = state.sessions.at(open.session_id).trace;
    const auto result = partial_result(trace, study.record.spec);
    if (result && !study.pending.at(number).outside()) {
      idl::Trial trial = open;
      move(trial, idl::TrialState::PRUNED);
      keep(trial, *result);
      shown->add(to_observation(study.record.spec, trial, study.pending.at(number)));
    }
  }
  return shown;
}

}  // namespace automl::engine
