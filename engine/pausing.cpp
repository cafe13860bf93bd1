// SPDX-License-Identifier: Apache-2.0
#include "engine/pausing.hpp"

#include <algorithm>

#include "engine/planted_bug.hpp"
#include "engine/scheduling.hpp"
#include "engine/settlement.hpp"
#include "engine/study_view.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr const char* kTooLate = "the study has ended";

void requeue_paused(Turn& turn, SessionEntry& session, const std::string& reason) {
  move(session.record, idl::SessionState::QUEUED);
  session.queued_ms = turn.clock.wall_ms();
  session.record.stop_reason = idl::StopReason::NONE;
  session.record.reason = reason;
  turn.storage.update_session(session.record);
  turn.state.queue_touched = true;
}

void requeue_trial(Turn& turn, StudyEntry& study, SessionEntry& session, const std::string& why) {
  requeue_paused(turn, session, why);
  idl::Trial& trial = study.open.at(session.record.trial_number);
  move(trial, idl::TrialState::WAITING);
  turn.storage.update_trial(trial);
  study.trials[static_cast<std::size_t>(trial.number)] = summary_of(trial);
  study.paused.erase(trial.number);
  study.to_resume.erase(trial.number);
  ++study.version;
}

// What the scheduler has decided meanwhile counts more than that others need the slot.
idl::ScheduleEventKind::type kind_of_pause(const StudyEntry& study, const SessionEntry& session) {
  const idl::ScheduleEvent* plan =
      study.schedule ? study.schedule->pending(session.record.trial_number) : nullptr;
  if (plan != nullptr && plan->decision == idl::Decision::PRUNE) {
    return idl::ScheduleEventKind::STOP;
  }
  const bool preempted = session.record.stop_reason == idl::StopReason::PREEMPTED;
  return preempted && plan == nullptr ? idl::ScheduleEventKind::PREEMPT
                                      : idl::ScheduleEventKind::PAUSE;
}

// The scheduler takes a trial that a user holds for one that runs, so that it never resumes it.
void tell_scheduler(Turn& turn, StudyEntry& study, SessionEntry& session) {
  const std::int64_t number = session.record.trial_number;
  const std::string reason = session.record.reason;
  const bool held = session.record.stop_reason == idl::StopReason::USER;
  if (take_over(turn, study, session)) {
    return held ? void() : requeue_trial(turn, study, session, reason);
  }
  if (!held) {
    note_in_schedule(turn, study, number, kind_of_pause(study, session), reason);
  } else if (study.schedule && study.schedule->pending(number) != nullptr) {
    note_in_schedule(turn, study, number, idl::ScheduleEventKind::RESUME, reason);
  }
}

// The session has no attempt any more and waits to be resumed.
void put_aside(Turn& turn,
               SessionEntry& session,
               idl::StopReason::type reason,
               const std::string& note) {
  move(session.record, idl::SessionState::PAUSED);
  session.record.stop_reason = reason;
  session.record.reason = note;
  turn.storage.update_session(session.record);
  turn.state.queue_touched = true;
  if (session.record.study_id == 0) {
    return;
  }
  StudyEntry& study = turn.state.studies.at(session.record.study_id);
  idl::Trial& trial = study.open.at(session.record.trial_number);
  move(trial, idl::TrialState::PAUSED);
  turn.storage.update_trial(trial);
  study.trials[static_cast<std::size_t>(trial.number)] = summary_of(trial);
  study.paused.insert(trial.number);
  study.leave_place();
  ++study.version;
  turn.state.touched.insert(study.record.id);
  if (!study.live()) {
    return request_stop(turn, session, idl::StopReason::BUDGET, kTooLate, false);
  }
  tell_scheduler(turn, study, session);
}

// Why the session cannot be paused or resumed as it is; empty: it can.
std::string objection(const SessionEntry& session, bool pause) {
  const idl::SessionState::type state = session.record.state;
  const bool ending = session.attempt && session.attempt->stop_reason != idl::StopReason::NONE;
  if (pause) {
    return ending && !session.attempt->pause ? "is about to end" : "";
  }
  if (state == idl::SessionState::PAUSED) {
    return "";
  }
  return ending && session.attempt->pause ? "is still saving; resume it when it is paused"
                                          : "is not paused";
}

void pause_for_user(Turn& turn, SessionEntry& session, const std::string& note) {
  if (session.record.state != idl::SessionState::PAUSED) {
    return request_pause(turn, session, idl::StopReason::USER, note);
  }
  if (session.record.stop_reason == idl::StopReason::USER) {
    return;
  }
  session.record.stop_reason = idl::StopReason::USER;
  session.record.reason = note;
  turn.storage.update_session(session.record);
  if (session.record.study_id != 0) {
    StudyEntry& study = turn.state.studies.at(session.record.study_id);
    study.to_resume.erase(session.record.trial_number);
    note_in_schedule(
        turn, study, session.record.trial_number, idl::ScheduleEventKind::RESUME, note);
  }
}

// A trial waits for one of its study's places.
void resume_for_user(Turn& turn, SessionEntry& session, const std::string& note) {
  if (session.record.study_id == 0) {
    return requeue_paused(turn, session, note);
  }
  session.record.stop_reason = idl::StopReason::NONE;
  session.record.reason = note;
  turn.storage.update_session(session.record);
  StudyEntry& study = turn.state.studies.at(session.record.study_id);
  study.to_resume.insert(session.record.trial_number);
  turn.state.touched.insert(study.record.id);
}

}  // namespace

void request_pause(Turn& turn,
                   SessionEntry& session,
                   idl::StopReason::type reason,
                   const std::string& note) {
  if (!session.attempt) {
    return put_aside(turn, session, reason, note);
  }
  idl::Attempt& attempt = *session.attempt;
  if (attempt.state == idl::AttemptState::LAUNCHING) {
    turn.effects.emplace_back(CancelAttempt{attempt.token});
    end_attempt(turn, session, idl::AttemptState::STOPPED);
    forget_attempt(turn, session);
    return put_aside(turn, session, reason, note);
  }
  const bool asked = attempt.stop_reason != idl::StopReason::NONE;
  const bool held_instead = attempt.pause && reason == idl::StopReason::USER;
  if (asked && !held_instead && !planted(PlantedBug::kPauseOvertakesStop)) {
    return;
  }
  attempt.stop_reason = reason;
  attempt.stop_note = note;
  attempt.pause = true;
  if (!planted(PlantedBug::kPauseNotKept)) {
    turn.storage.update_attempt(attempt);
  }
  if (!asked) {
    session.stop_asked_ms = turn.clock.monotonic_ms();
  }
}

void settle_paused(Turn& turn, SessionEntry& session) {
  const idl::StopReason::type reason = session.attempt->stop_reason;
  const std::string note = session.attempt->stop_note;
  end_attempt(turn, session, idl::AttemptState::STOPPED);
  forget_attempt(turn, session);
  session.record.paused_attempts += planted(PlantedBug::kPauseIsAFailure) ? 0 : 1;
  put_aside(turn, session, reason, note);
}

void resume_trial(Turn& turn,
                  StudyEntry& study,
                  std::int64_t number,
                  idl::ScheduleEventKind::type kind,
                  const std::string& reason) {
  SessionEntry& session = turn.state.sessions.at(study.open.at(number).session_id);
  const bool held = session.record.stop_reason == idl::StopReason::USER;
  requeue_trial(turn, study, session, reason);
  if (!held) {
    note_in_schedule(turn, study, number, kind, reason);
  }
}

void change_session(Turn& turn, const SessionChangeRequested& event) {
  const CallId call = event.caller.call;
  bool refused = false;
  if (replayed(turn, event.caller, refused) || refused) {
    return refused ? void() : turn.reply(call, std::monostate());
  }
  const SessionReference found = find_session(turn.state, turn.storage, event.session);
  if (found.ended) {
    return turn.refuse(
        call, Refusal::Kind::kConflict, "session " + found.ended->name + " has ended");
  }
  if (found.open == nullptr) {
    return turn.refuse(
        call, Refusal::Kind::kNotFound, "there is no session \"" + event.session + "\"");
  }
  SessionEntry& session = turn.state.sessions.at(found.open->record.id);
  const bool pause = event.action == idl::SessionAction::PAUSE;
  if (const std::string why = objection(session, pause); !why.empty()) {
    return turn.refuse(
        call, Refusal::Kind::kConflict, "session " + session.record.name + " " + why);
  }
  if (pause) {
    pause_for_user(turn, session, "paused by " + event.caller.principal);
  } else {
    resume_for_user(turn, session, "resumed by " + event.caller.principal);
  }
  remember(turn, event.caller, "changed");
  turn.reply(call, std::monostate());
}

std::int64_t paused_by_users(const EngineState& state, const StudyEntry& study) {
  return std::count_if(study.paused.begin(), study.paused.end(), [&](std::int64_t number) {
    const SessionEntry& session = state.sessions.at(study.open.at(number).session_id);
    return session.record.stop_reason == idl::StopReason::USER ||
           session.record.stop_reason == idl::StopReason::NONE;
  });
}

}  // namespace automl::engine
