// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_end.hpp"

#include <algorithm>
#include <utility>

#include "engine/planted_bug.hpp"
#include "engine/repeats.hpp"
#include "engine/scheduling.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

bool maximized(const idl::StudySpec& spec) {
  return spec.objectives.front().goal == idl::Goal::MAXIMIZE;
}

bool meets_target(const idl::StudySpec& spec, double value) {
  return spec.budget.__isset.target &&
         (maximized(spec) ? value >= spec.budget.target : value <= spec.budget.target);
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
      meets_target(study.record.spec, trial.value)) {
    return end_search(turn, study, "target reached", true);
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

idl::ScheduleEventKind::type event_of(idl::TrialState::type state) {
  switch (state) {
    case idl::TrialState::COMPLETE:
      return idl::ScheduleEventKind::COMPLETE;
    case idl::TrialState::FAILED:
      return idl::ScheduleEventKind::FAIL;
    default:
      return idl::ScheduleEventKind::PRUNE;
  }
}

}  // namespace

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
    keep(trial, *result);
    trial.violation = planted(PlantedBug::kViolationNotKept) ? 0 : trial.violation;
  }
  if (!planted(PlantedBug::kResultStateSplit)) {
    turn.storage.update_trial(trial);
  }
  const search::Configuration configuration = study.pending.at(number);
  study.open.erase(number);
  study.pending.erase(number);
  study.paused.erase(number);
  study.to_resume.erase(number);
  study.leave_place();
  note_in_schedule(turn, study, number, event_of(state), reason);
  account_for(study, trial, configuration);
  ++study.version;
  judge_study(turn, study, trial);
}

bool reaches_target(const Ranking& ranking, const idl::StudySpec& spec) {
  const std::optional<double> best = ranking.best_value();
  return best && meets_target(spec, maximized(spec) ? -*best : *best);
}

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
    study.finished_duration_ms += static_cast<double>(trial.ended_ms - trial.started_ms);
    ++study.finished_timed;
  }
  if (trial.state == idl::TrialState::COMPLETE) {
    std::vector<double> values = {observation.value};
    values.insert(values.end(), observation.further.begin(), observation.further.end());
    const bool leads = study.ranking.add(trial.number, std::move(values), trial.violation);
    study.finished_since_best = leads ? 0 : study.finished_since_best + 1;
    if (const std::optional<double> best = study.ranking.best_value()) {
      study.best_history.push_back(maximized(study.record.spec) ? -*best : *best);
    }
  }
  if (configuration.outside()) {
    return;
  }
  if (study.computing.ticket != 0) {
    study.late_observations.push_back(std::move(observation));
  } else {
    study.search->history.add(std::move(observation));
  }
}

}  // namespace automl::engine
