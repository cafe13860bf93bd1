// SPDX-License-Identifier: Apache-2.0
#include "engine/study_view.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "engine/proposals.hpp"
#include "engine/repeats.hpp"
#include "engine/trial_lifecycle.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

namespace {

constexpr std::size_t kHistoryPoints = 200;
constexpr std::size_t kFrontShown = 100;

// At most `most` of them, evenly, with both ends.
template <class T>
std::vector<T> thinned(const std::vector<T>& values, std::size_t most) {
  if (values.size() <= most) {
    return values;
  }
  std::vector<T> points;
  points.reserve(most);
  for (std::size_t i = 0; i < most; ++i) {
    points.push_back(values[i * (values.size() - 1) / (most - 1)]);
  }
  return points;
}

std::int64_t count(const StudyEntry& study, idl::TrialState::type state) {
  const auto found = study.counts.find(state);
  return found == study.counts.end() ? 0 : found->second;
}

// Mean duration of trials times what is left, over the places that work at once.
double remaining_s(const StudyEntry& study) {
  if (!study.live()) {
    return 0;
  }
  if (study.finished_timed == 0 || study.record.spec.budget.trials <= 0) {
    return -1;
  }
  const double mean_s =
      study.finished_duration_ms / 1e3 / static_cast<double>(study.finished_timed);
  std::int64_t left = study.live_trials();
  left += study.searched() ? 0 : trials_left(study);
  if (const std::int64_t repeats = 2 * std::int64_t{study.record.spec.compare_seeds};
      repeats > study.repeats && !study.external()) {
    left += repeats - study.repeats;
  }
  return mean_s * static_cast<double>(left) / std::max(1, study.record.spec.parallel);
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return number;
}

SessionReference by_id(const EngineState& state, storage::Storage& storage, std::int64_t id) {
  SessionReference found;
  if (const auto open = state.sessions.find(id); open != state.sessions.end()) {
    found.open = &open->second;
  } else {
    found.ended = storage.load_session(id);
  }
  return found;
}

}  // namespace

idl::StudyStatus study_view(const StudyEntry& study, Clock& clock) {
  idl::StudyStatus view;
  view.study = study.record;
  view.study.source_text.clear();
  view.trials_complete = count(study, idl::TrialState::COMPLETE);
  view.trials_failed = count(study, idl::TrialState::FAILED);
  view.trials_pruned = count(study, idl::TrialState::PRUNED);
  view.trials_cancelled = count(study, idl::TrialState::CANCELLED);
  for (const auto& [number, trial] : study.open) {
    if (trial.state == idl::TrialState::RUNNING) {
      view.running.push_back(trial);
      ++view.trials_running;
    } else if (trial.state == idl::TrialState::PAUSED) {
      ++view.trials_paused;
    } else {
      ++view.trials_waiting;
    }
  }
  if (auto comparison = comparison_of(study)) {
    view.__set_comparison(*std::move(comparison));
  }
  view.best_history = thinned(study.best_history, kHistoryPoints);
  view.trials_since_best = study.finished_since_best;
  view.trials_infeasible = static_cast<std::int64_t>(study.ranking.infeasible());
  const std::vector<std::int64_t> front = study.ranking.front();
  view.front_size = static_cast<std::int64_t>(front.size());
  for (const std::int64_t number : thinned(front, kFrontShown)) {
    view.front.emplace_back().number = number;
  }
  view.remaining_s = remaining_s(study);
  view.version = study.version;
  view.now_ms = clock.wall_ms();
  return view;
}

SessionReference find_session(const EngineState& state,
                              storage::Storage& storage,
                              const std::string& reference) {
  if (const auto id = number_in(reference)) {
    return by_id(state, storage, *id);
  }
  const auto slash = reference.rfind('/');
  if (slash == std::string::npos) {
    return {};
  }
  // A session of that name before STUDY/TRIAL.
  const auto trial = number_in(std::string_view(reference).substr(slash + 1));
  const std::string head = reference.substr(0, slash);
  for (const auto& [id, session] : state.sessions) {
    if (session.record.name == reference) {
      return {&session, std::nullopt};
    }
  }
  if (auto ended = storage.find_session(reference)) {
    return {nullptr, std::move(ended)};
  }
  const StudyEntry* study = find_study(state, head);
  if (study == nullptr || !trial) {
    return {};
  }
  const auto trials = storage.load_trials(study->record.id, *trial, 1);
  if (trials.empty() || trials.front().number != *trial || trials.front().session_id == 0) {
    return {};
  }
  return by_id(state, storage, trials.front().session_id);
}

std::string dataset_name(const idl::StudySpec& spec) {
  if (spec.datasets.empty()) {
    return "none";
  }
  std::string path = spec.datasets.front();
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  std::string name;
  for (const char c : path.substr(path.rfind('/') + 1)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    name.push_back(plain ? c : '-');
  }
  return name.empty() ? "none" : name.substr(0, 64);
}

}  // namespace automl::engine
