// SPDX-License-Identifier: Apache-2.0
#include "engine/recovery.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/checkpoints.hpp"
#include "engine/inheritance.hpp"
#include "engine/planted_bug.hpp"
#include "engine/reports.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_end.hpp"
#include "engine/trial_lifecycle.hpp"

#include "storage/errors.hpp"

namespace automl::engine {

namespace {

// In the space in force; of a trial outside of it, none.
search::Configuration placed(const StudyEntry& study,
                             const idl::Trial& trial,
                             const std::vector<idl::Assignment>& assignments) {
  return carry_over(study.search->space,
                    study.record.spec.space,
                    study.spaces,
                    trial.file_version,
                    assignments)
      .configuration.value_or(search::Configuration());
}

void read_trials(StudyEntry& study, const std::vector<idl::Trial>& trials) {
  study.trials.resize(trials.size());
  std::vector<std::pair<const idl::Trial*, search::Configuration>> ended;
  for (const idl::Trial& trial : trials) {
    // A trial that took over another one's weights runs something else than what was proposed.
    search::Configuration configuration = study.schedule && study.schedule->knows(trial.number)
                                              ? study.schedule->proposed(trial.number)
                                              : placed(study, trial, trial.configuration);
    study.trials.at(static_cast<std::size_t>(trial.number)) = summary_of(trial);
    study.repeats += trial.__isset.repeat_of ? 1 : 0;
    if (terminal(trial.state)) {
      ended.emplace_back(&trial, std::move(configuration));
    } else {
      if (trial.state == idl::TrialState::PAUSED && !planted(PlantedBug::kPausedNotRecovered)) {
        study.paused.insert(trial.number);
      }
      study.pending.emplace(trial.number, std::move(configuration));
      study.open.emplace(trial.number, trial);
    }
  }
  // In the order in which they ended: the order the sampler saw.
  std::sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) {
    return a.first->finish_order < b.first->finish_order;
  });
  for (const auto& [trial, configuration] : ended) {
    account_for(study, *trial, configuration);
  }
}

// A study that is done never asks its scheduler again; what it exploited is still to be known.
void read_schedule(storage::Storage& storage,
                   StudyEntry& study,
                   const std::vector<idl::Trial>& trials) {
  if (!needs_schedule(study.record.spec)) {
    return;
  }
  study.schedule = std::make_unique<Schedule>(study.record.spec);
  if (planted(PlantedBug::kScheduleNotRecovered)) {
    return;
  }
  for (const idl::ScheduleEvent& event : storage.load_schedule(study.record.id)) {
    if (event.kind == idl::ScheduleEventKind::START) {
      const idl::Trial& trial = trials.at(static_cast<std::size_t>(event.trial));
      study.schedule->take_up(event, placed(study, trial, event.configuration));
    } else {
      study.schedule->take_up(event);
    }
  }
}

void load_study(Turn& turn, idl::Study record) {
  StudyEntry entry;
  const std::int64_t id = record.id;
  const std::string name = record.spec.name;
  try {
    entry = read_study(turn.storage, std::move(record));
  } catch (const std::logic_error& error) {
    throw storage::Corruption("study " + name + " in the store cannot be read: " + error.what());
  }
  turn.state.study_by_name[entry.record.owner + "/" + entry.record.spec.name] = id;
  turn.state.studies.emplace(id, std::move(entry));
  turn.state.touched.insert(id);
}

// What the value of a trial that is open will be computed from: the measurements of the last
// attempt that has begun.
void load_trace(Turn& turn, SessionEntry& session) {
  if (planted(PlantedBug::kMeasurementsNotRecovered)) {
    return;
  }
  const StudyEntry& study = turn.state.studies.at(session.record.study_id);
  for (const idl::Measurement& measurement : curve_so_far(turn, session)) {
    follow(session.trace, study.record.spec, measurement);
    session.latest_step = measurement.step;
    for (const auto& [metric, value] : measurement.metrics) {
      session.latest_metrics[metric] = value;
    }
  }
}

}  // namespace

StudyEntry read_study(storage::Storage& storage, idl::Study record) {
  StudyEntry entry;
  entry.record = std::move(record);
  const idl::StudySpec& spec = entry.record.spec;
  const std::int64_t id = entry.record.id;
  entry.search = make_search(spec);
  if (entry.record.file_version > 1) {
    entry.spaces = spaces_of(storage.load_study_versions(id));
  }
  if (!spec.inherit.empty()) {
    add_prior_tasks(*entry.search, spec, storage.load_prior_tasks(id), entry.spaces);
  }
  const std::vector<idl::Trial> trials = storage.load_trials(id, 0, 0);
  read_schedule(storage, entry, trials);
  read_trials(entry, trials);
  return entry;
}

void load_state(Turn& turn) {
  for (idl::Study& study : turn.storage.load_studies()) {
    load_study(turn, std::move(study));
  }
  for (idl::Session& record : turn.storage.load_open_sessions()) {
    SessionEntry entry;
    entry.record = std::move(record);
    const std::int64_t id = entry.record.id;
    entry.checkpoints = turn.storage.load_checkpoints(id);
    turn.state.sessions.emplace(id, std::move(entry));
  }
  for (idl::Attempt& attempt : turn.storage.load_open_attempts()) {
    const auto found = turn.state.sessions.find(attempt.session_id);
    if (found == turn.state.sessions.end()) {
      throw storage::Corruption("an open attempt belongs to a session that has ended: " +
                                std::to_string(attempt.session_id));
    }
    if (planted(PlantedBug::kLaunchingNotRecovered) &&
        attempt.state == idl::AttemptState::LAUNCHING) {
      continue;
    }
    turn.state.session_by_token[attempt.token] = attempt.session_id;
    found->second.attempt = std::move(attempt);
  }
  for (auto& [id, session] : turn.state.sessions) {
    if (session.record.study_id != 0 && session.record.state == idl::SessionState::PAUSED &&
        session.record.stop_reason == idl::StopReason::NONE) {
      turn.state.studies.at(session.record.study_id).to_resume.insert(session.record.trial_number);
    }
    if (session.record.study_id != 0 && session.record.started_attempts > 0) {
      load_trace(turn, session);
    }
  }
  turn.state.queue_touched = true;
  turn.effects.emplace_back(SweepArtifacts{});  // what was not carried out, or was left by the dead
}

void find_open_attempts(Turn& turn) {
  const std::int64_t now_ms = turn.clock.monotonic_ms();
  for (auto& [id, session] : turn.state.sessions) {
    if (!session.attempt) {
      continue;
    }
    session.last_contact_ms = now_ms;
    if (session.attempt->stop_reason != idl::StopReason::NONE) {
      session.stop_asked_ms = now_ms;
    }
    session.finding = true;
    turn.effects.emplace_back(FindAttempt{session.attempt->token});
  }
}

}  // namespace automl::engine
