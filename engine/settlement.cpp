// SPDX-License-Identifier: Apache-2.0
#include "engine/settlement.hpp"

#include <algorithm>
#include <utility>

#include "engine/checkpoints.hpp"
#include "engine/pausing.hpp"
#include "engine/planted_bug.hpp"
#include "engine/proposals.hpp"
#include "engine/trial_end.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr std::size_t kRememberedTokens = 10'000;
// Attempts that never registered don't count as retries, but there is an end to it.
constexpr int kFailedLaunches = 20;

void end_session(Turn& turn,
                 SessionEntry& session,
                 idl::SessionState::type state,
                 const std::string& reason) {
  move(session.record, state);
  session.record.reason = reason;
  session.record.ended_ms = turn.clock.wall_ms();
  turn.storage.update_session(session.record);
  drop_checkpoints(turn, session, 1);
}

bool may_try_again(const SessionEntry& session) {
  const std::int32_t tries = session.record.started_attempts - session.record.paused_attempts;
  return tries <= session.record.spec.retries &&
         session.record.attempts - session.record.started_attempts < kFailedLaunches;
}

bool study_wants_it(const Turn& turn, const SessionEntry& session) {
  return session.record.study_id == 0 || turn.state.studies.at(session.record.study_id).live();
}

// Back to the queue for another attempt, in the same transaction as the end of the last one.
void requeue(Turn& turn, SessionEntry& session, const std::string& reason) {
  const bool was_running = session.record.state == idl::SessionState::RUNNING;
  move(session.record, idl::SessionState::QUEUED);
  session.queued_ms = turn.clock.wall_ms();
  session.record.reason = reason;
  if (!planted(PlantedBug::kLostRequeueSplit)) {
    turn.storage.update_session(session.record);
  }
  forget_attempt(turn, session);
  if (session.record.study_id == 0 || !was_running) {
    return;
  }
  StudyEntry& study = turn.state.studies.at(session.record.study_id);
  idl::Trial& trial = study.open.at(session.record.trial_number);
  move(trial, idl::TrialState::WAITING);
  trial.__isset.latest_value = false;
  turn.storage.update_trial(trial);
  ++study.version;
}

void settle_failed(Turn& turn, SessionEntry& session, const std::string& reason) {
  end_attempt(turn, session, idl::AttemptState::FAILED);
  const bool smoke =
      session.record.study_id != 0 && turn.state.studies.at(session.record.study_id).record.smoke;
  if (!smoke && may_try_again(session) && study_wants_it(turn, session)) {
    return requeue(turn, session, reason);
  }
  forget_attempt(turn, session);
  end_session_and_trial(
      turn, session, idl::SessionState::FAILED, idl::TrialState::FAILED, std::nullopt, reason);
}

// A trial that its scheduler ends, or that has been paused before, keeps the value it has.
void end_early(Turn& turn,
               SessionEntry& session,
               idl::StopReason::type reason,
               const std::string& note,
               bool ran) {
  const bool keeps = ran ? reason == idl::StopReason::PRUNED : session.record.paused_attempts > 0;
  idl::TrialState::type state = ran ? idl::TrialState::FAILED : idl::TrialState::CANCELLED;
  std::optional<TrialResult> result;
  if (keeps && session.record.study_id != 0 && !planted(PlantedBug::kPruneIsAFailure)) {
    state = idl::TrialState::PRUNED;
    result =
        partial_result(session.trace, turn.state.studies.at(session.record.study_id).record.spec);
  }
  if (planted(PlantedBug::kPrunedWithoutValue)) {
    result.reset();
  }
  session.record.stop_reason = reason;
  end_session_and_trial(turn, session, idl::SessionState::STOPPED, state, result, note);
}

void settle_stopped(Turn& turn,
                    SessionEntry& session,
                    idl::StopReason::type reason,
                    const std::string& note) {
  const bool ran = session.record.state == idl::SessionState::RUNNING;
  end_attempt(turn, session, idl::AttemptState::STOPPED);
  forget_attempt(turn, session);
  end_early(turn, session, reason, note, ran);
}

// Its runner knows of a pause that the engine, set back to an earlier state, has forgotten.
void settle_unasked_pause(Turn& turn, SessionEntry& session) {
  if (!study_wants_it(turn, session)) {
    return settle_stopped(turn, session, idl::StopReason::BUDGET, "the study has ended");
  }
  end_attempt(turn, session, idl::AttemptState::STOPPED);
  ++session.record.paused_attempts;
  requeue(turn, session, "paused");
}

// The runner's message when it is about this metric's pattern, which found nothing.
std::string where_it_was_looked_for(const SessionEntry& session, const std::string& metric) {
  const std::string& message = session.attempt->exit.message;
  for (const idl::MetricPattern& pattern : session.record.spec.metrics) {
    if (pattern.metric == metric && message.find(pattern.pattern) != std::string::npos) {
      return ": " + message;
    }
  }
  return "";
}

void settle_complete(Turn& turn,
                     SessionEntry& session,
                     idl::AttemptState::type attempt_state,
                     std::string why) {
  end_attempt(turn, session, attempt_state);
  std::optional<TrialResult> result;
  idl::TrialState::type state = idl::TrialState::COMPLETE;
  if (session.record.study_id != 0) {
    std::string missing;
    std::string objection;
    result = final_result(session.trace,
                          turn.state.studies.at(session.record.study_id).record.spec,
                          objection,
                          missing);
    if (!result) {
      state = idl::TrialState::FAILED;
      why = objection;
      why += missing.empty() ? "" : where_it_was_looked_for(session, missing);
    }
  }
  forget_attempt(turn, session);
  end_session_and_trial(turn, session, idl::SessionState::COMPLETE, state, result, why);
}

// An attempt that was asked to end has ended, and not by itself with success.
void settle_asked(Turn& turn, SessionEntry& session) {
  const idl::Attempt& attempt = *session.attempt;
  const std::string note = attempt.stop_note;
  if (attempt.pause) {
    return settle_paused(turn, session);
  }
  if (attempt.stop_reason == idl::StopReason::MAX_STEPS) {
    return settle_complete(turn, session, idl::AttemptState::STOPPED, note);
  }
  settle_stopped(turn, session, attempt.stop_reason, note);
}

}  // namespace

void forget_attempt(Turn& turn, SessionEntry& session) {
  if (!planted(PlantedBug::kNoFence) && !planted(PlantedBug::kRegisterUnfenced)) {
    turn.state.session_by_token.erase(session.attempt->token);
  }
  if (turn.state.finished_tokens.size() >= kRememberedTokens) {
    turn.state.finished_tokens.clear();
  }
  if (session.attempt->__isset.exit) {  // else its runner's result came too late and is refused
    turn.state.finished_tokens.insert(session.attempt->token);
  }
  session.attempt.reset();
  turn.state.queue_touched = true;
}

void end_attempt(Turn& turn, SessionEntry& session, idl::AttemptState::type state) {
  move(*session.attempt, state);
  session.attempt->ended_ms = turn.clock.wall_ms();
  turn.storage.update_attempt(*session.attempt);
}

void end_session_and_trial(Turn& turn,
                           SessionEntry& session,
                           idl::SessionState::type session_state,
                           idl::TrialState::type trial_state,
                           const std::optional<TrialResult>& result,
                           const std::string& reason) {
  end_session(turn, session, session_state, reason);
  const std::int64_t id = session.record.id;
  const std::int64_t study_id = session.record.study_id;
  const std::int64_t number = session.record.trial_number;
  turn.state.sessions.erase(id);
  turn.state.queue_touched = true;
  if (study_id != 0) {
    end_trial(turn, turn.state.studies.at(study_id), number, trial_state, result, reason);
  }
}

void finish(Turn& turn, const RunnerFinished& event) {
  SessionEntry* holder = find_holder(turn.state, event.token);
  if (holder == nullptr) {
    if (turn.state.finished_tokens.count(event.token) != 0) {
      return turn.reply(event.call, std::monostate());
    }
    return turn.refuse(event.call, Refusal::Kind::kSuperseded, "this attempt is over");
  }
  SessionEntry& session = *holder;
  if (session.attempt->state == idl::AttemptState::LAUNCHING) {
    return turn.refuse(event.call, Refusal::Kind::kInvalid, "register before finishing");
  }
  settle(turn, session, event.exit);
  turn.reply(event.call, std::monostate());
}

void settle(Turn& turn, SessionEntry& session, const idl::ExitReport& exit) {
  idl::Attempt& attempt = *session.attempt;
  attempt.__set_exit(exit);
  session.record.exit_code = exit.cause == idl::ExitCause::SIGNALED ? 128 + exit.signal : exit.code;
  const bool succeeded = exit.cause == idl::ExitCause::EXITED && exit.code == 0;
  if (attempt.stop_reason != idl::StopReason::NONE && !succeeded) {
    return settle_asked(turn, session);
  }
  if (succeeded) {
    return settle_complete(turn, session, idl::AttemptState::COMPLETE, "");
  }
  if (exit.cause == idl::ExitCause::PAUSED) {
    return settle_unasked_pause(turn, session);
  }
  if (exit.cause == idl::ExitCause::LOST) {
    return settle_lost(turn, session, exit.message);
  }
  settle_failed(turn, session, exit.message);
}

void settle_lost(Turn& turn, SessionEntry& session, const std::string& why) {
  const idl::Attempt& attempt = *session.attempt;
  const bool forgotten = attempt.pause && planted(PlantedBug::kLostPauseForgotten);
  if (attempt.stop_reason != idl::StopReason::NONE && !forgotten) {
    return settle_asked(turn, session);
  }
  end_attempt(turn, session, idl::AttemptState::LOST);
  if (may_try_again(session) && study_wants_it(turn, session)) {
    return requeue(turn, session, why);
  }
  forget_attempt(turn, session);
  end_session_and_trial(
      turn, session, idl::SessionState::FAILED, idl::TrialState::FAILED, std::nullopt, why);
}

void request_stop(Turn& turn,
                  SessionEntry& session,
                  idl::StopReason::type reason,
                  const std::string& note,
                  bool kill) {
  if (!session.attempt) {
    return end_early(turn, session, reason, note, false);
  }
  idl::Attempt& attempt = *session.attempt;
  if (attempt.state == idl::AttemptState::LAUNCHING) {
    turn.effects.emplace_back(CancelAttempt{attempt.token});
    return settle_stopped(turn, session, reason, note);
  }
  const bool ends_already = attempt.stop_reason != idl::StopReason::NONE && !attempt.pause;
  if (ends_already && (attempt.stop_by_force || !kill)) {
    return;
  }
  attempt.pause = false;
  attempt.stop_reason = reason;
  attempt.stop_note = note;
  attempt.stop_by_force = kill;
  if (!planted(PlantedBug::kVerdictNotKept)) {
    turn.storage.update_attempt(attempt);
  }
  session.stop_asked_ms = turn.clock.monotonic_ms();
}

void settle_told(Turn& turn, StudyEntry& study, std::int64_t number, const idl::Outcome& outcome) {
  std::string why;
  const std::optional<TrialResult> result = told_result(study.record.spec, outcome, why);
  const auto state = result ? idl::TrialState::COMPLETE : idl::TrialState::FAILED;
  end_trial(turn, study, number, state, result, why);
}

void stop_trials(Turn& turn,
                 const StudyEntry& study,
                 idl::StopReason::type why,
                 const std::string& reason,
                 bool running_ones) {
  std::vector<std::int64_t> sessions;
  for (const auto& [id, session] : turn.state.sessions) {
    if (session.record.study_id == study.record.id) {
      sessions.push_back(id);
    }
  }
  for (const std::int64_t id : sessions) {
    SessionEntry& session = turn.state.sessions.at(id);
    if (planted(PlantedBug::kPausedNeverEnds) &&
        session.record.state == idl::SessionState::PAUSED) {
      continue;
    }
    if (running_ones || session.record.state != idl::SessionState::RUNNING) {
      request_stop(turn, session, why, reason, false);
    }
  }
}

void end_study(Turn& turn,
               StudyEntry& study,
               idl::StudyState::type state,
               const std::string& reason,
               bool stop_running) {
  if (study.live()) {
    move(study.record, state);
    study.record.reason = reason;
    study.record.ended_ms = turn.clock.wall_ms();
    turn.storage.update_study(study.record);
    ++study.version;
    refuse_asks(turn, study, Refusal::Kind::kConflict, "the study has ended: " + reason);
  }
  const auto why =
      state == idl::StudyState::STOPPED ? idl::StopReason::USER : idl::StopReason::BUDGET;
  stop_trials(turn, study, why, reason, stop_running);
  if (!study.external() || !stop_running) {
    return;
  }
  while (!study.open.empty()) {
    end_trial(
        turn, study, study.open.begin()->first, idl::TrialState::FAILED, std::nullopt, reason);
  }
}

}  // namespace automl::engine
