// SPDX-License-Identifier: Apache-2.0
#include "engine/reports.hpp"

#include <utility>

#include "engine/checkpoints.hpp"
#include "engine/planted_bug.hpp"
#include "engine/read_back.hpp"
#include "engine/scheduling.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

SessionEntry* session_of(Turn& turn,
                         CallId call,
                         const std::string& token,
                         PlantedBug hole = PlantedBug::kNoFence) {
  SessionEntry* holder = find_holder(turn.state, token, hole);
  if (holder == nullptr) {
    turn.refuse(call, Refusal::Kind::kSuperseded, "this attempt is over; stop its command");
  }
  return holder;
}

idl::RunnerOrder order_for(Turn& turn, const SessionEntry& session) {
  idl::RunnerOrder order;
  order.session = session.record;
  order.attempt = *session.attempt;
  if (session.record.study_id != 0) {
    order.study = turn.state.studies.at(session.record.study_id).record.spec.name;
  }
  order.trial_number = session.record.trial_number;
  if (!session.record.spec.code_digest.empty()) {
    order.code_archive =
        turn.settings.home + "/archives/" + session.record.spec.code_digest + ".tar.zst";
  }
  order.cache_directory = turn.settings.home + "/cache";
  order.grace_s = static_cast<double>(turn.settings.grace_ms) / 1e3;
  order.heartbeat_s = static_cast<double>(turn.settings.heartbeat_ms) / 1e3;
  order.log_limit_bytes = turn.settings.log_limit_bytes;
  order_checkpoints(turn, session, order);
  return order;
}

// An attempt that goes on from a checkpoint continues the curve of those before it.
void follow_curve(Turn& turn, SessionEntry& session, const idl::StudySpec& spec) {
  session.trace = ResultTrace();
  for (const idl::Measurement& measurement : curve_so_far(turn, session)) {
    follow(session.trace, spec, measurement);
  }
}

// Attempt, session and trial start running together.
void start_running(Turn& turn, SessionEntry& session, const idl::RunnerIdentity& runner) {
  const std::int64_t now_ms = turn.clock.wall_ms();
  idl::Attempt& attempt = *session.attempt;
  move(attempt, idl::AttemptState::RUNNING);
  idl::RunnerOrder order;
  order_checkpoints(turn, session, order);
  attempt.restored = order.restore;
  attempt.__isset.restored = order.__isset.restore;
  attempt.started_ms = now_ms;
  attempt.handle = runner.handle;
  if (attempt.placement.node.empty()) {
    attempt.placement.node = runner.node;
  }
  turn.storage.update_attempt(attempt);
  move(session.record, idl::SessionState::RUNNING);
  if (!planted(PlantedBug::kRetriesNotCounted)) {
    ++session.record.started_attempts;
  }
  if (session.record.started_ms == 0) {
    session.record.started_ms = now_ms;
  }
  turn.storage.update_session(session.record);
  session.trace = ResultTrace();
  if (session.record.study_id == 0) {
    return;
  }
  StudyEntry& study = turn.state.studies.at(session.record.study_id);
  if (attempt.__isset.restored) {
    follow_curve(turn, session, study.record.spec);
  }
  idl::Trial& trial = study.open.at(session.record.trial_number);
  move(trial, idl::TrialState::RUNNING);
  if (trial.started_ms == 0) {
    trial.started_ms = now_ms;
  }
  turn.storage.update_trial(trial);
  enter_schedule(turn, study, trial);
  study.trials[static_cast<std::size_t>(trial.number)] = summary_of(trial);
  ++study.version;
}

void note_contact(Turn& turn, SessionEntry& session) {
  session.last_contact_ms = turn.clock.monotonic_ms();
  if (!planted(PlantedBug::kSuspicionStays)) {
    session.suspect_since_ms = 0;
  }
  if (session.attempt->state == idl::AttemptState::SUSPECT) {
    move(*session.attempt, idl::AttemptState::RUNNING);
    turn.storage.update_attempt(*session.attempt);
    session.suspect_since_ms = 0;
  }
}

idl::Verdict verdict_for(const SessionEntry& session) {
  idl::Verdict verdict;
  verdict.action = idl::VerdictAction::PROCEED;
  if (session.attempt->stop_reason != idl::StopReason::NONE) {
    verdict.action = session.attempt->pause ? idl::VerdictAction::PAUSE : idl::VerdictAction::STOP;
    verdict.reason = session.attempt->stop_note;
    verdict.kill = session.attempt->stop_by_force;
  }
  return verdict;
}

void show_latest(StudyEntry& study, SessionEntry& session) {
  const auto value = session.latest_metrics.find(study.record.spec.objectives.front().metric);
  const auto trial = study.open.find(session.record.trial_number);
  if (value != session.latest_metrics.end() && trial != study.open.end()) {
    trial->second.__set_latest_value(value->second);
    trial->second.latest_step = session.latest_step;
    ++study.version;
  }
}

std::vector<idl::Measurement> numbered_from(std::int64_t sequence,
                                            std::vector<idl::Measurement> measurements) {
  for (idl::Measurement& measurement : measurements) {
    measurement.sequence = sequence++;
  }
  return measurements;
}

void store_measurements(Turn& turn,
                        SessionEntry& session,
                        const std::vector<idl::Measurement>& measurements) {
  idl::Attempt& attempt = *session.attempt;
  StudyEntry* study =
      session.record.study_id == 0 ? nullptr : &turn.state.studies.at(session.record.study_id);
  const std::int64_t known = attempt.acknowledged_sequence;
  if (planted(PlantedBug::kNoMeasurementMemory)) {
    attempt.acknowledged_sequence =
        turn.storage.record_measurements(attempt, numbered_from(known + 1, measurements));
  } else {
    attempt.acknowledged_sequence = turn.storage.record_measurements(attempt, measurements);
  }
  for (const idl::Measurement& measurement : measurements) {
    if (measurement.sequence <= known) {
      if (planted(PlantedBug::kRepeatsJudged) && study != nullptr) {
        judge(turn, *study, session, measurement);
      }
      continue;  // came before
    }
    session.latest_step = measurement.step;
    for (const auto& [metric, value] : measurement.metrics) {
      session.latest_metrics[metric] = value;
    }
    if (study != nullptr) {
      follow(session.trace, study->record.spec, measurement);
      judge(turn, *study, session, measurement);
    }
  }
  if (study != nullptr) {
    if (known == 0 && attempt.__isset.restored) {
      follow_curve(turn, session, study->record.spec);
    }
    show_latest(*study, session);
  }
}

}  // namespace

void register_runner(Turn& turn, const RunnerRegistered& event) {
  SessionEntry* session = session_of(turn, event.call, event.token, PlantedBug::kRegisterUnfenced);
  if (session == nullptr) {
    return;
  }
  if (session->attempt->state == idl::AttemptState::LAUNCHING) {
    start_running(turn, *session, event.runner);
  } else if (session->attempt->handle != event.runner.handle) {
    return turn.refuse(event.call,
                       Refusal::Kind::kSuperseded,
                       "another runner works on this attempt: " + session->attempt->handle);
  }
  note_contact(turn, *session);
  turn.reply(event.call, order_for(turn, *session));
}

void record(Turn& turn, const BatchReported& event) {
  SessionEntry* session = session_of(turn, event.call, event.token);
  if (session == nullptr) {
    return;
  }
  if (session->attempt->state == idl::AttemptState::LAUNCHING) {
    return turn.refuse(event.call, Refusal::Kind::kInvalid, "register before reporting");
  }
  note_contact(turn, *session);
  note_checkpoints(turn, *session, event.batch);
  if (event.batch.__isset.started_from && session->record.study_id != 0) {
    follow_curve(turn, *session, turn.state.studies.at(session->record.study_id).record.spec);
  }
  if (!event.batch.used.empty()) {
    read_back(turn, *session, event.batch.used);
  }
  if (!event.batch.measurements.empty()) {
    store_measurements(turn, *session, event.batch.measurements);
  }
  session->memory_bytes = event.batch.memory_bytes;
  session->cpu_percent = event.batch.cpu_percent;
  if (!event.batch.log.empty()) {
    turn.effects.emplace_back(
        WriteLog{session->record.id, session->attempt->number, event.batch.log});
  }
  idl::ReportReply reply;
  reply.acknowledged_sequence = session->attempt->acknowledged_sequence;
  reply.verdict = verdict_for(*session);
  turn.reply(event.call, std::move(reply));
}

}  // namespace automl::engine
