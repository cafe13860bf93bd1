// SPDX-License-Identifier: Apache-2.0
#include "engine/repeats.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/proposals.hpp"
#include "engine/scheduling.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_lifecycle.hpp"

#include "search/analysis/comparison.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kDefaults = -1;
constexpr const char* kAllEqual =
    "all repeats gave the same value: does the program use AUTOML_SEED?";

// Repeats come after all trials of the search.
std::vector<TrialSummary>::const_iterator first_repeat(const StudyEntry& study) {
  return study.trials.end() - static_cast<std::ptrdiff_t>(study.repeats);
}

std::optional<search::Configuration> default_configuration(const StudyEntry& study) {
  const search::SearchSpace& space = study.search->space;
  search::Configuration defaults = to_configuration(space, study.record.spec.space, {});
  return space.objection(defaults).empty() ? std::optional(std::move(defaults)) : std::nullopt;
}

// Every complete trial of the search that lies in the space is among the observations, here or
// there.
template <class Matches>
const search::Observation* find_observation(const StudyEntry& study, const Matches& matches) {
  for (const auto* part : {&study.search->history.observations(), &study.late_observations}) {
    const auto found = std::find_if(part->begin(), part->end(), matches);
    if (found != part->end()) {
      return &*found;
    }
  }
  return nullptr;
}

// Unset also for a trial outside the space in force.
std::optional<search::Configuration> configuration_of(const StudyEntry& study,
                                                      std::int64_t number) {
  if (number == kDefaults) {
    return default_configuration(study);
  }
  const search::Observation* found =
      find_observation(study, [&](const auto& observation) { return observation.trial == number; });
  return found == nullptr ? std::nullopt : std::optional(found->configuration);
}

// They run first, so the first trial tells.
bool has_baselines(const StudyEntry& study) {
  return !study.trials.empty() && study.trials.front().baseline;
}

// What the winner is compared with; unset: nothing.
std::optional<std::int64_t> choose_baseline(const StudyEntry& study, std::int64_t winner) {
  if (has_baselines(study)) {
    const auto best = best_baseline(study);
    return best == winner ? std::nullopt : best;
  }
  const auto defaults = default_configuration(study);
  if (!defaults || configuration_of(study, winner) == defaults) {
    return std::nullopt;
  }
  const search::Observation* tried = find_observation(study, [&](const auto& observation) {
    return observation.status == search::Status::kComplete &&
           observation.configuration == *defaults;
  });
  return tried == nullptr ? kDefaults : tried->trial;
}

void choose(StudyEntry& study) {
  idl::Repetition& repetition = study.record.repetition;
  repetition.__set_winner(study.ranking.best().value());
  if (const auto baseline = choose_baseline(study, repetition.winner)) {
    repetition.__set_baseline(*baseline);
  }
}

// A repeat that was cancelled before it began is made again when its study goes on.
bool made(const StudyEntry& study, std::int64_t trial, std::int32_t repeat) {
  return std::any_of(first_repeat(study), study.trials.end(), [&](const TrialSummary& one) {
    return one.repeat_of == trial && one.repeat == repeat &&
           one.state != idl::TrialState::CANCELLED;
  });
}

// Winner and baseline by turns, so that both have as many at any time.
std::vector<NewTrial> missing_repeats(Turn& turn, const StudyEntry& study) {
  const idl::Repetition& repetition = study.record.repetition;
  std::vector<std::int64_t> sides = {repetition.winner};
  if (repetition.__isset.baseline) {
    sides.push_back(repetition.baseline);
  }
  std::vector<NewTrial> missing;
  for (std::int32_t repeat = 1; repeat <= study.record.spec.compare_seeds; ++repeat) {
    for (const std::int64_t side : sides) {
      if (made(study, side, repeat)) {
        continue;
      }
      NewTrial& one = missing.emplace_back();
      one.suggestion.configuration =
          configuration_of(study, side).value_or(search::Configuration());
      if (side != kDefaults) {
        one.repeated = turn.storage.load_trials(study.record.id, side, 1).at(0);
      }
      one.suggestion.reason =
          side == kDefaults
              ? "the defaults, with seed " + std::to_string(repeat) + " to compare with"
              : "trial " + std::to_string(side) + " again, with new seed " + std::to_string(repeat);
      one.repeat_of = side;
      one.repeat = repeat;
    }
  }
  return missing;
}

search::RunComparison compare_runs(const idl::WinnerComparison& view, bool maximize) {
  const auto minimised = [maximize](std::vector<double> values) {
    for (double& value : values) {
      value = maximize ? -value : value;
    }
    return values;
  };
  return search::compare(minimised(view.winner.values), minimised(view.baseline.values));
}

// Says nothing while there is only one run a side.
bool all_equal(const idl::WinnerComparison& view) {
  const auto equal = [](const std::vector<double>& values) {
    return std::all_of(
        values.begin(), values.end(), [&](double value) { return value == values.front(); });
  };
  return std::max(view.winner.values.size(), view.baseline.values.size()) > 1 &&
         equal(view.winner.values) && equal(view.baseline.values);
}

void note_infeasible(const StudyEntry& study,
                     std::int64_t trial,
                     const std::string& whose,
                     std::vector<std::string>& notes) {
  const auto count =
      std::count_if(first_repeat(study), study.trials.end(), [&](const TrialSummary& one) {
        return one.repeat_of == trial && one.state == idl::TrialState::COMPLETE &&
               one.violation > 0;
      });
  if (count > 0) {
    notes.push_back(std::to_string(count) + (count == 1 ? " run" : " runs") + " of the " + whose +
                    (count == 1 ? " misses" : " miss") + " a constraint");
  }
}

std::string alone_because(const StudyEntry& study) {
  const idl::Repetition& repetition = study.record.repetition;
  if (study.trials[static_cast<std::size_t>(repetition.winner)].baseline) {
    return "no trial beats the baseline: it was run again by itself";
  }
  if (has_baselines(study)) {
    return "every baseline failed: there is nothing to compare the winner with";
  }
  return default_configuration(study)
             ? "the winner is the default configuration: it was run again by itself"
             : "there is no baseline and the default configuration is forbidden: there is nothing "
               "to compare the winner with";
}

}  // namespace

void end_search(Turn& turn, StudyEntry& study, const std::string& reason, bool stop_running) {
  // A trial that still runs may be the first to have a value.
  const bool any = study.ranking.best() || !study.open.empty();
  const bool repeats =
      study.record.spec.compare_seeds > 0 && !study.external() && !study.record.smoke && any;
  if (!repeats) {
    return end_study(turn, study, idl::StudyState::DONE, reason, stop_running);
  }
  study.record.__set_repetition({});
  study.record.repetition.search_ended = reason;
  turn.storage.update_study(study.record);
  study.ready.wait_until_ms = 0;
  ++study.version;
  turn.state.touched.insert(study.record.id);
  stop_trials(turn, study, idl::StopReason::BUDGET, reason, stop_running);
}

void advance_repeats(Turn& turn, StudyEntry& study) {
  idl::Repetition& repetition = study.record.repetition;
  resume_paused(turn, study);
  if (!repetition.__isset.winner && !study.open.empty()) {
    return;  // the search's last trials; one of them may still win
  }
  if (!study.ranking.best()) {
    return end_study(turn, study, idl::StudyState::DONE, repetition.search_ended, false);
  }
  if (!repetition.__isset.winner) {
    choose(study);
    turn.storage.update_study(study.record);
    ++study.version;
  }
  std::vector<NewTrial> missing = missing_repeats(turn, study);
  if (missing.empty() && study.open.empty()) {
    return end_study(turn, study, idl::StudyState::DONE, repetition.search_ended, false);
  }
  const std::int64_t room = study.record.spec.parallel - study.live_trials();
  if (study.record.state != idl::StudyState::RUNNING || room <= 0 || missing.empty()) {
    return;
  }
  missing.resize(std::min(missing.size(), static_cast<std::size_t>(room)));
  create_trials(turn, study, missing);
}

std::optional<idl::RepeatedRuns> repeats_of(const StudyEntry& study, std::int64_t trial) {
  idl::RepeatedRuns runs;
  runs.trial = trial;
  bool any = false;
  for (auto one = first_repeat(study); one != study.trials.end(); ++one) {
    if (one->repeat_of != trial) {
      continue;
    }
    any = true;
    if (one->state == idl::TrialState::COMPLETE) {
      runs.values.push_back(one->value);
    } else if (one->state == idl::TrialState::FAILED) {
      ++runs.failed;
    }
  }
  if (study.live()) {
    runs.to_come = study.record.spec.compare_seeds - static_cast<std::int32_t>(runs.values.size()) -
                   runs.failed;
  }
  const search::Repeats spread = search::compare(runs.values, {}).winner;
  if (spread.count > 0) {
    runs.__set_mean(spread.mean);
  }
  if (spread.count > 1) {
    runs.__set_half_width(spread.half_width);
  }
  return any ? std::optional(runs) : std::nullopt;
}

std::optional<idl::WinnerComparison> comparison_of(const StudyEntry& study) {
  const idl::Repetition& repetition = study.record.repetition;
  if (!study.record.__isset.repetition || !repetition.__isset.winner) {
    return std::nullopt;
  }
  const auto runs_of = [&study](std::int64_t trial) {
    idl::RepeatedRuns none;
    none.trial = trial;
    none.to_come = study.live() ? study.record.spec.compare_seeds : 0;
    return repeats_of(study, trial).value_or(none);
  };
  idl::WinnerComparison view;
  view.seeds = study.record.spec.compare_seeds;
  view.winner = runs_of(repetition.winner);
  if (repetition.__isset.baseline) {
    view.__set_baseline(runs_of(repetition.baseline));
  } else {
    view.notes.push_back(alone_because(study));
  }
  note_infeasible(study, repetition.winner, "winner", view.notes);
  if (repetition.__isset.baseline) {
    const bool defaults = repetition.baseline == kDefaults;
    note_infeasible(study, repetition.baseline, defaults ? "defaults" : "baseline", view.notes);
  }
  if (all_equal(view)) {
    view.notes.emplace_back(kAllEqual);
  }
  const bool maximize = study.record.spec.objectives.front().goal == idl::Goal::MAXIMIZE;
  const search::RunComparison compared = compare_runs(view, maximize);
  if (!view.winner.values.empty() && !view.baseline.values.empty()) {
    view.__set_gain(compared.gain);
  }
  if (compared.interval) {
    view.__set_gain_low(compared.interval->low);
    view.__set_gain_high(compared.interval->high);
  }
  if (compared.probability_better) {
    view.__set_probability_better(*compared.probability_better);
  }
  return view;
}

std::optional<std::int64_t> best_baseline(const StudyEntry& study) {
  const bool maximize = study.record.spec.objectives.front().goal == idl::Goal::MAXIMIZE;
  const auto key = [&](const TrialSummary& trial) {
    return std::pair(trial.violation, maximize ? -trial.value : trial.value);
  };
  std::optional<std::int64_t> best;
  for (std::size_t i = 0; i < study.trials.size() && study.trials[i].baseline; ++i) {
    if (study.trials[i].state == idl::TrialState::COMPLETE &&
        (!best || key(study.trials[i]) < key(study.trials[static_cast<std::size_t>(*best)]))) {
      best = static_cast<std::int64_t>(i);
    }
  }
  return best;
}

}  // namespace automl::engine
