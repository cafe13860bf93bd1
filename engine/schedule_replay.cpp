// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule_replay.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/schedule.hpp"
#include "engine/space_versions.hpp"
#include "engine/study_file/document.hpp"
#include "engine/study_file/search_reader.hpp"
#include "engine/study_manager.hpp"
#include "engine/study_search.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

[[noreturn]] void refuse(const std::string& message) {
  idl::InvalidRequest refusal;
  refusal.message = message;
  throw refusal;
}

// Of the last attempt that reported: an earlier one's curve begins again in it.
std::vector<search::Report> reports_of(const StudyManager& manager,
                                       const idl::StudySpec& spec,
                                       const idl::Scheduler& scheduler,
                                       std::int64_t session_id) {
  const idl::Objective& objective = spec.objectives.front();
  std::vector<search::Report> reports;
  std::map<std::string, double> latest;
  std::int32_t attempt = 0;
  for (const auto& stored : manager.storage().load_measurements(session_id)) {
    if (stored.attempt != attempt) {
      reports.clear();
      latest.clear();
      attempt = stored.attempt;
    }
    for (const auto& [metric, value] : stored.measurement.metrics) {
      latest[metric] = value;
    }
    const auto value = stored.measurement.metrics.find(objective.metric);
    const std::optional<std::int64_t> step = step_of(scheduler, stored.measurement, latest);
    if (value != stored.measurement.metrics.end() && step) {
      reports.push_back(
          {*step, objective.goal == idl::Goal::MAXIMIZE ? -value->second : value->second});
    }
  }
  return reports;
}

std::vector<std::string> notes_on(const search::ReplayResult& found,
                                  const std::vector<search::RecordedTrial>& trials) {
  std::vector<std::string> notes;
  const auto cut = std::count_if(
      trials.begin(), trials.end(), [](const auto& trial) { return trial.cut_short; });
  if (cut > 0) {
    notes.push_back(std::to_string(cut) +
                    " trials were ended early in the study itself: their curves end there, and " +
                    std::to_string(found.unknown) + " of them would have gone on");
  }
  if (found.exploits > 0) {
    notes.push_back(std::to_string(found.exploits) +
                    " times a trial would have taken over another one's weights, which no stored "
                    "curve shows: it was left as it is");
  }
  return notes;
}

}  // namespace

idl::Scheduler parse_scheduler(const std::string& text) {
  study_file::Complaints complaints;
  const std::optional<study_file::Node> node = study_file::read_document(text, complaints);
  idl::Scheduler scheduler;
  if (node) {
    scheduler = study_file::read_scheduler(*node, complaints);
  }
  if (complaints.any()) {
    refuse(complaints.in_order(text).front().message);
  }
  return scheduler;
}

Payload read_for_replay(const StudyManager& manager, const std::string& study, ReplayInput& input) {
  const StudyEntry* found = find_study(manager.state(), study);
  if (found == nullptr) {
    return Refusal{Refusal::Kind::kNotFound, "there is no study \"" + study + "\""};
  }
  input.spec = found->record.spec;
  const search::SearchSpace& space = found->search->space;
  if (input.scheduler.step_metric.empty()) {
    input.scheduler.step_metric = input.spec.scheduler.step_metric;
  }
  for (const idl::Trial& trial : manager.storage().load_trials(found->record.id, 0, 0)) {
    if (trial.session_id == 0 || trial.__isset.repeat_of || !terminal(trial.state)) {
      continue;
    }
    search::RecordedTrial recorded;
    recorded.trial = trial.number;
    recorded.exempt = trial.baseline;
    recorded.cut_short = trial.state != idl::TrialState::COMPLETE;
    recorded.reports = reports_of(manager, input.spec, input.scheduler, trial.session_id);
    if (recorded.reports.empty()) {
      continue;
    }
    MappedConfiguration mapped = carry_over(
        space, input.spec.space, found->spaces, trial.file_version, trial.configuration);
    if (mapped.configuration) {
      recorded.configuration = *std::move(mapped.configuration);
      input.trials.push_back(std::move(recorded));
    } else {
      ++input.outside;
    }
  }
  return std::monostate();
}

idl::ScheduleReplay replay_schedule(ReplayInput input) {
  idl::StudySpec spec = std::move(input.spec);
  spec.scheduler = std::move(input.scheduler);
  std::unique_ptr<search::Scheduler> judge;
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  try {
    judge = make_scheduler(spec, space);
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
  search::ReplayOptions options;
  options.parallel = spec.parallel;
  const search::ReplayResult whole = search::replay(input.trials, nullptr, options);
  options.target = whole.best ? whole.best->value : 0;
  const search::ReplayResult again = search::replay(input.trials, nullptr, options);
  options.last_step = last_step(spec);
  const search::ReplayResult found = search::replay(input.trials, judge.get(), options);

  const double sign = spec.objectives.front().goal == idl::Goal::MAXIMIZE ? -1 : 1;
  idl::ScheduleReplay view;
  view.trials = static_cast<std::int64_t>(input.trials.size());
  view.steps = whole.steps;
  view.steps_paid = found.steps;
  view.trials_pruned = found.stopped;
  view.trials_paused = found.paused;
  if (whole.best) {
    view.__set_study_best(sign * whole.best->value);
    view.__set_study_best_trial(whole.best_trial);
    view.__set_study_steps_to_best(again.steps_to_target.value());
  }
  if (found.best) {
    view.__set_best(sign * found.best->value);
    view.__set_best_trial(found.best_trial);
  }
  if (whole.best && found.steps_to_target) {
    view.__set_steps_to_best(*found.steps_to_target);
  }
  view.notes = notes_on(found, input.trials);
  if (input.outside > 0) {
    view.notes.push_back(std::to_string(input.outside) +
                         (input.outside == 1 ? " trial lies" : " trials lie") +
                         " outside the present space: left out");
  }
  return view;
}

}  // namespace automl::engine
