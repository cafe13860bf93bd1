// SPDX-License-Identifier: Apache-2.0
#include "engine/settlement.hpp"

#include <algorithm>
#include <utility>

#include "engine/checkpoints.hpp"
#include "engine/planted_bug.hpp"
#include "engine/proposals.hpp"
#include "engine/repeats.hpp"
#include "engine/reports.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr std::size_t kRememberedTokens = 10'000;
// Attempts that never registered don't count as retries, but there is an end to it.
constexpr int kFailedLaunches = 20;

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

bool failing_from_the_start(const Turn& turn, const StudyEntry& study, const std::string& reason) {
  const std::int64_t failed = study.counts.at(idl::TrialState::FAILED);
  const auto same = study.failure_messages.find(reason);
  return study.ranking.empty() && same != study.failure_messages.end() &&
         same->second == failed - study.record.forgiven_failures &&
         same->second >= turn.settings.early_failures;
}

// What the end of one trial means for its study.
void judge_study(Turn& turn, StudyEntry& study, const idl::Trial& trial) {
  turn.state.touched.insert(study.record.id);
  if (!study.live() || study.searched()) {
    return;
  }
  const bool feasible = trial.violation <= 0 || planted(PlantedBug::kInfeasibleTarget);
  if (trial.state == idl::TrialState::COMPLETE && feasible &&
      study.record.spec.budget.__isset.target) {
    const double target = study.record.spec.budget.target;
    const bool reached = study.record.spec.objectives.front().goal == idl::Goal::MAXIMIZE
                             ? trial.value >= target
                             : trial.value <= target;
    if (reached) {
      return end_search(turn, study, "target reached", true);
    }
  }
  if (trial.state != idl::TrialState::FAILED) {
    return;
  }
  const std::int64_t failures =
      study.counts[idl::TrialState::FAILED] - study.record.forgiven_failures;
  if (study.record.spec.max_failures > 0 && failures >= study.record.spec.max_failures) {
    return end_study(
        turn,
        study,
        idl::StudyState::FAILED,
        std::to_string(failures) + " trials failed (max_failures); the last: " + trial.reason,
        false);
  }
  if (!study.record.smoke && !study.external() &&
      failing_from_the_start(turn, study, trial.reason)) {
    end_study(turn,
              study,
              idl::StudyState::FAILED,
              "the first " + std::to_string(failures) + " trials all failed: " + trial.reason,
              false);
  }
}

// The trial's last move: durable together with its session and attempt.
void end_trial(Turn& turn,
               StudyEntry& study,
               std::int64_t number,
               idl::TrialState::type state,
               const std::optional<TrialResult>& result,
               const std::string& reason) {
  idl::Trial trial = study.open.at(number);
  move(trial, state);
  trial.reason = reason;
  trial.ended_ms = turn.clock.wall_ms();
  trial.finish_order = study.finished + 1;
  if (result) {
    trial.__set_value(result->values.front());
    trial.values = result->values;
    trial.constraint_values = result->constraint_values;
    trial.violation = planted(PlantedBug::kViolationNotKept) ? 0 : result->violation;
  }
  if (!planted(PlantedBug::kResultStateSplit)) {
    turn.storage.update_trial(trial);
  }
  const search::Configuration configuration = study.pending.at(number);
  study.open.erase(number);
  study.pending.erase(number);
  account_for(study, trial, configuration);
  ++study.version;
  judge_study(turn, study, trial);
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

bool may_try_again(const SessionEntry& session) {
  return session.record.started_attempts <= session.record.spec.retries &&
         session.record.attempts - session.record.started_attempts < kFailedLaunches;
}

bool study_wants_it(const Turn& turn, const SessionEntry& session) {
  return session.record.study_id == 0 || turn.state.studies.at(session.record.study_id).live();
}

// Back to the queue for another attempt, in the same transaction as the end of the last one.
void requeue(Turn& turn, SessionEntry& session, const std::string& reason) {
  const bool was_running = session.record.state == idl::SessionState::RUNNING;
  move(session.record, idl::SessionState::QUEUED);
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

void settle_stopped(Turn& turn,
                    SessionEntry& session,
                    idl::StopReason::type reason,
                    const std::string& note) {
  const bool ran = session.record.state == idl::SessionState::RUNNING;
  end_attempt(turn, session, idl::AttemptState::STOPPED);
  forget_attempt(turn, session);
  session.record.stop_reason = reason;
  end_session_and_trial(turn,
                        session,
                        idl::SessionState::STOPPED,
                        ran ? idl::TrialState::FAILED : idl::TrialState::CANCELLED,
                        std::nullopt,
                        note);
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

void settle_complete(Turn& turn, SessionEntry& session) {
  end_attempt(turn, session, idl::AttemptState::COMPLETE);
  std::string why;
  std::optional<TrialResult> result;
  idl::TrialState::type state = idl::TrialState::COMPLETE;
  if (session.record.study_id != 0) {
    std::string missing;
    result = final_result(
        session.trace, turn.state.studies.at(session.record.study_id).record.spec, why, missing);
    if (!result) {
      state = idl::TrialState::FAILED;
      why += missing.empty() ? "" : where_it_was_looked_for(session, missing);
    }
  }
  forget_attempt(turn, session);
  end_session_and_trial(turn, session, idl::SessionState::COMPLETE, state, result, why);
}

}  // namespace

void account_for(StudyEntry& study,
                 const idl::Trial& trial,
                 const search::Configuration& configuration) {
  study.trials[static_cast<std::size_t>(trial.number)] = summary_of(trial);
  study.finished = std::max(study.finished, trial.finish_order);
  if (trial.__isset.repeat_of) {
    return;
  }
  ++study.counts[trial.state];
  if (trial.state == idl::TrialState::CANCELLED) {
    return;
  }
  search::Observation observation = to_observation(study.record.spec, trial, configuration);
  if (trial.state == idl::TrialState::FAILED) {
    ++study.failure_messages[trial.reason];
  } else {
    std::vector<double> values = {observation.value};
    values.insert(values.end(), observation.further.begin(), observation.further.end());
    const bool leads = study.ranking.add(trial.number, std::move(values), trial.violation);
    study.finished_since_best = leads ? 0 : study.finished_since_best + 1;
    if (const std::optional<double> best = study.ranking.best_value()) {
      const bool flip = study.record.spec.objectives.front().goal == idl::Goal::MAXIMIZE;
      study.best_history.push_back(flip ? -*best : *best);
    }
    study.finished_duration_ms += static_cast<double>(trial.ended_ms - trial.started_ms);
  }
  if (study.computing.ticket != 0) {
    study.late_observations.push_back(std::move(observation));
  } else {
    study.search->history.add(std::move(observation));
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
    return settle_stopped(turn, session, attempt.stop_reason, std::string(attempt.stop_note));
  }
  if (succeeded) {
    return settle_complete(turn, session);
  }
  if (exit.cause == idl::ExitCause::LOST) {
    return settle_lost(turn, session, exit.message);
  }
  settle_failed(turn, session, exit.message);
}

void settle_lost(Turn& turn, SessionEntry& session, const std::string& why) {
  idl::Attempt& attempt = *session.attempt;
  if (attempt.stop_reason != idl::StopReason::NONE) {
    return settle_stopped(turn, session, attempt.stop_reason, std::string(attempt.stop_note));
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
    session.record.stop_reason = reason;
    return end_session_and_trial(
        turn, session, idl::SessionState::STOPPED, idl::TrialState::CANCELLED, std::nullopt, note);
  }
  idl::Attempt& attempt = *session.attempt;
  if (attempt.state == idl::AttemptState::LAUNCHING) {
    turn.effects.emplace_back(CancelAttempt{attempt.token});
    return settle_stopped(turn, session, reason, note);
  }
  if (attempt.stop_reason != idl::StopReason::NONE && (attempt.stop_by_force || !kill)) {
    return;
  }
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
