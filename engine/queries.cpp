// SPDX-License-Identifier: Apache-2.0
#include "engine/queries.hpp"

#include <algorithm>
#include <utility>

#include "engine/blockages.hpp"
#include "engine/proposals.hpp"
#include "engine/repeats.hpp"
#include "engine/study_manager.hpp"
#include "engine/study_view.hpp"
#include "engine/trained_schedule.hpp"
#include "engine/trial_lifecycle.hpp"
#include "engine/trial_result.hpp"

namespace automl::engine {

namespace {

constexpr std::int32_t kPage = 1'000;

Refusal no_study(const std::string& study) {
  return {Refusal::Kind::kNotFound,
          "there is no study \"" + study + "\"; automl status lists them"};
}

std::optional<idl::Trial> load_trial(const StudyManager& manager,
                                     std::int64_t study_id,
                                     std::int64_t number) {
  auto trials = manager.storage().load_trials(study_id, number, 1);
  if (trials.empty() || trials.front().number != number) {
    return std::nullopt;
  }
  return std::move(trials.front());
}

idl::StudyStatus full_view(const StudyManager& manager, const StudyEntry& study) {
  idl::StudyStatus view = study_view(study, manager.clock());
  if (const auto number = study.ranking.best()) {
    if (auto best = load_trial(manager, study.record.id, *number)) {
      view.__set_best(*std::move(best));
    }
  }
  // Several baselines: the best of them is what the winner is compared with.
  if (const auto number = best_baseline(study)) {
    if (auto trial = load_trial(manager, study.record.id, *number)) {
      view.__set_baseline(*std::move(trial));
    }
  }
  return view;
}

idl::SessionRow row_of(const StudyManager& manager, const SessionEntry& session) {
  idl::SessionRow row;
  row.session = session.record;
  if (session.attempt) {
    row.attempt = *session.attempt;
  }
  const auto study = manager.state().studies.find(session.record.study_id);
  if (study != manager.state().studies.end()) {
    row.study = study->second.record.spec.name;
  }
  row.note = waiting_note(manager, session);
  row.latest_step = session.latest_step;
  row.latest_metrics = session.latest_metrics;
  row.memory_bytes = session.memory_bytes;
  row.cpu_percent = session.cpu_percent;
  return row;
}

idl::SessionRow row_of(const StudyManager& manager, idl::Session session) {
  idl::SessionRow row;
  auto attempts = manager.storage().load_attempts(session.id);
  if (!attempts.empty()) {
    row.attempt = std::move(attempts.back());
  }
  const auto study = manager.state().studies.find(session.study_id);
  if (study != manager.state().studies.end()) {
    row.study = study->second.record.spec.name;
  }
  row.note = session.reason;
  row.session = std::move(session);
  return row;
}

}  // namespace

Payload engine_info(const StudyManager& manager) {
  idl::EngineInfo info;
  info.version = manager.settings().version;
  info.home = manager.settings().home;
  info.on_demand = manager.settings().on_demand;
  info.started_ms = manager.state().started_wall_ms;
  info.nodes = manager.state().nodes;
  for (const auto& [id, study] : manager.state().studies) {
    info.studies_running += study.record.state == idl::StudyState::RUNNING ? 1 : 0;
  }
  for (const auto& [id, session] : manager.state().sessions) {
    if (session.attempt) {
      ++info.sessions_running;
    } else if (session.record.state == idl::SessionState::QUEUED) {
      ++info.sessions_queued;
    }
  }
  return info;
}

Payload study_status(const StudyManager& manager, const std::string& study) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return no_study(study);
  }
  idl::StudyStatus view = full_view(manager, *found);
  for (idl::Trial& trial : view.front) {
    if (auto whole = load_trial(manager, found->record.id, trial.number)) {
      trial = *std::move(whole);
    }
  }
  return view;
}

Payload list_studies(const StudyManager& manager) {
  std::vector<idl::StudyStatus> views;
  for (const auto& [id, study] : manager.state().studies) {
    views.push_back(full_view(manager, study));
    views.back().best_history.clear();
    views.back().front.clear();
  }
  return views;
}

Payload study_versions(const StudyManager& manager, const std::string& study) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return no_study(study);
  }
  std::vector<idl::StudyVersion> versions = manager.storage().load_study_versions(found->record.id);
  if (versions.empty()) {
    idl::StudyVersion& only = versions.emplace_back();
    only.number = found->record.file_version;
    only.spec = found->record.spec;
    only.source_text = found->record.source_text;
    only.time_ms = found->record.created_ms;
    only.by = found->record.owner;
  }
  return versions;
}

Payload list_trials(const StudyManager& manager,
                    const std::string& study,
                    std::int64_t from_number,
                    std::int32_t limit) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return no_study(study);
  }
  idl::TrialPage page;
  page.total = static_cast<std::int64_t>(found->trials.size());
  page.trials = manager.storage().load_trials(
      found->record.id, std::max<std::int64_t>(0, from_number), std::clamp(limit, 1, kPage));
  return page;
}

Payload show_trial(const StudyManager& manager, const std::string& study, std::int64_t number) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return no_study(study);
  }
  auto trial = load_trial(manager, found->record.id, number);
  if (!trial) {
    return Refusal{Refusal::Kind::kNotFound,
                   "study \"" + study + "\" has no trial " + std::to_string(number)};
  }
  idl::TrialDetail detail;
  detail.trial = *std::move(trial);
  if (detail.trial.session_id != 0) {
    if (auto session = manager.storage().load_session(detail.trial.session_id)) {
      detail.session = *std::move(session);
    }
    detail.attempts = manager.storage().load_attempts(detail.trial.session_id);
    detail.measurements = manager.storage().load_measurements(detail.trial.session_id);
    detail.schedule = manager.storage().load_trial_schedule(found->record.id, number);
  }
  return detail;
}

Payload leaderboard(const StudyManager& manager, const std::string& study, std::int32_t limit) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return no_study(study);
  }
  idl::Leaderboard board;
  board.study = found->record;
  board.study.source_text.clear();
  board.total = static_cast<std::int64_t>(found->ranking.size());
  if (auto comparison = comparison_of(*found)) {
    board.__set_comparison(*std::move(comparison));
  }
  std::int32_t rank = 0;
  for (const auto& [number, front] : found->ranking.places()) {
    if (++rank == 1) {
      board.schedule = trained_schedule(*found, number);
    }
    board.front_size += front == 1 ? 1 : 0;
    const bool baseline = found->trials[static_cast<std::size_t>(number)].baseline;
    const bool shown = rank <= std::clamp(limit, 1, kPage);
    if (!shown && (!baseline || board.__isset.baseline)) {
      continue;
    }
    idl::LeaderboardRow row;
    row.rank = rank;
    row.front = front;
    if (auto trial = load_trial(manager, found->record.id, number)) {
      row.trial = *std::move(trial);
    }
    if (auto repeats = repeats_of(*found, number)) {
      row.__set_repeats(*std::move(repeats));
    }
    row.missed = missed_constraints(found->record.spec, row.trial);
    if (baseline && !board.__isset.baseline) {
      board.__set_baseline(row);
    }
    if (shown) {
      board.rows.push_back(std::move(row));
    }
  }
  return board;
}

Payload list_sessions(const StudyManager& manager, const idl::SessionFilter& filter) {
  std::int64_t study_id = 0;
  if (!filter.study.empty()) {
    const StudyEntry* found = find_study(manager.state(), filter.study);
    if (found == nullptr) {
      return no_study(filter.study);
    }
    study_id = found->record.id;
  }
  const std::int32_t limit = filter.limit <= 0 ? kPage : filter.limit;
  idl::SessionList list;
  list.now_ms = manager.clock().wall_ms();
  for (const auto& [id, session] : manager.state().sessions) {
    if (study_id != 0 && session.record.study_id != study_id) {
      continue;
    }
    ++list.total;
    if (static_cast<std::int32_t>(list.rows.size()) < limit) {
      list.rows.push_back(row_of(manager, session));
    }
  }
  if (!filter.include_finished) {
    return list;
  }
  for (idl::Session& session : manager.storage().load_recent_sessions(study_id, limit)) {
    if (terminal(session.state) && static_cast<std::int32_t>(list.rows.size()) < limit) {
      ++list.total;
      list.rows.push_back(row_of(manager, std::move(session)));
    }
  }
  return list;
}

Payload show_session(const StudyManager& manager, const std::string& reference) {
  SessionReference found = find_session(manager.state(), manager.storage(), reference);
  if (found.open != nullptr) {
    return row_of(manager, *found.open);
  }
  if (found.ended) {
    return row_of(manager, *std::move(found.ended));
  }
  return Refusal{Refusal::Kind::kNotFound, "there is no session \"" + reference + "\""};
}

}  // namespace automl::engine
