// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/space_binding.hpp"
#include "engine/study_search.hpp"

#include "tests/simulation/expected_result.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

using N = idl::SessionState;
using A = idl::AttemptState;
using T = idl::TrialState;

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

void check_attempt_count(const Facts& facts, const idl::Session& session) {
  int count = 0;
  int started = 0;
  int open = 0;
  int paused = 0;
  for (auto at = facts.attempts.lower_bound({session.id, 0});
       at != facts.attempts.end() && at->first.first == session.id;
       ++at) {
    ++count;
    require(at->second.number == count, "session " + session.name + ": attempt numbers have gaps");
    started += facts.started.count(at->first) != 0 ? 1 : 0;
    open += ended(at->second.state) ? 0 : 1;
    paused += at->second.state == A::STOPPED && at->second.pause ? 1 : 0;
  }
  require(open <= 1, "session " + session.name + " has two open attempts");
  require(session.attempts == count, "session " + session.name + " miscounts its attempts");
  require(session.paused_attempts == paused, "session " + session.name + " miscounts its pauses");
  require(started <= session.spec.retries + 1 + paused,
          "session " + session.name + " ran " + std::to_string(started) + " times with " +
              std::to_string(session.spec.retries) + " retries and " +
              std::to_string(session.paused_attempts) + " pauses, by its own account " +
              std::to_string(session.started_attempts));
}

// Whether a feasible trial reached the study's target.
bool target_reached(const Facts& facts, const idl::Study& study) {
  const bool up = study.spec.objectives[0].goal == idl::Goal::MAXIMIZE;
  for (auto at = facts.trials.lower_bound({study.id, 0});
       at != facts.trials.end() && at->first.first == study.id;
       ++at) {
    const idl::Trial& trial = at->second;
    const bool good =
        up ? trial.value >= study.spec.budget.target : trial.value <= study.spec.budget.target;
    if (trial.state == T::COMPLETE && trial.violation == 0 && good) {
      return true;
    }
  }
  return false;
}

bool better(const idl::Study& study, double value, double than) {
  return study.spec.objectives[0].goal == idl::Goal::MAXIMIZE ? value > than : value < than;
}

// Repeats come when the search's trials have ended, run what they repeat, and are as many as asked
// for.
void check_repeats(const Facts& facts, const idl::Study& study) {
  const std::string name = "study " + study.spec.name;
  const idl::Repetition& repetition = study.repetition;
  std::map<std::int64_t, std::set<std::int32_t>> made;
  std::optional<double> best;
  bool search_open = false;
  for (auto at = facts.trials.lower_bound({study.id, 0});
       at != facts.trials.end() && at->first.first == study.id;
       ++at) {
    const idl::Trial& trial = at->second;
    if (!trial.__isset.repeat_of) {
      require(made.empty(), name + ": a trial of the search follows a repeat");
      search_open = search_open || !ended(trial.state);
      if (trial.state == T::COMPLETE && trial.violation == 0 &&
          (!best || better(study, trial.value, *best))) {
        best = trial.value;
      }
      continue;
    }
    require(!search_open, name + ": a repeat before the search has ended");
    require(repetition.__isset.winner, name + ": a repeat, and no winner is chosen");
    require(trial.repeat >= 1 && trial.repeat <= study.spec.compare_seeds,
            name + ": repeat " + std::to_string(trial.repeat) + " was not asked for");
    require(trial.state == T::CANCELLED || made[trial.repeat_of].insert(trial.repeat).second,
            name + ": a repeat was made twice");
    if (trial.repeat_of >= 0) {
      require(facts.trials.at({study.id, trial.repeat_of}).configuration == trial.configuration,
              name + ": a repeat has another configuration than what it repeats");
    }
  }
  if (repetition.__isset.winner) {
    require(facts.trials.at({study.id, repetition.winner}).value == best,
            name + ": the winner that is repeated is not the best trial");
  }
  if (study.state == idl::StudyState::DONE && study.spec.compare_seeds > 0 &&
      !study.spec.command.empty() && best) {
    const auto wanted = static_cast<std::size_t>(study.spec.compare_seeds);
    require(made[repetition.winner].size() == wanted &&
                (!repetition.__isset.baseline || made[repetition.baseline].size() == wanted),
            name + " is done without all repeats");
  }
}

}  // namespace

void check_session(const Facts& facts, std::int64_t session_id) {
  const idl::Session& session = facts.sessions.at(session_id);
  const idl::Attempt* open = facts.open_attempt(session_id);
  bool agrees = false;
  T::type trial_state = T::WAITING;
  switch (session.state) {
    case N::QUEUED:
      agrees = open == nullptr;
      break;
    case N::PAUSED:
      agrees = open == nullptr;
      trial_state = T::PAUSED;
      break;
    case N::LAUNCHING:
      agrees = open != nullptr && open->state == A::LAUNCHING;
      break;
    case N::RUNNING:
      agrees = open != nullptr && open->state != A::LAUNCHING;
      trial_state = T::RUNNING;
      break;
    default:
      agrees = open == nullptr;
  }
  require(agrees,
          "session " + session.name + " is in state " + std::to_string(session.state) +
              ", its attempt " +
              (open == nullptr ? "has ended" : "in state " + std::to_string(open->state)));
  check_attempt_count(facts, session);
  if (session.study_id == 0) {
    return;
  }
  const idl::Trial& trial = facts.trials.at({session.study_id, session.trial_number});
  require(ended(session.state) ? ended(trial.state) : trial.state == trial_state,
          "session " + session.name + " is in state " + std::to_string(session.state) +
              ", its trial in state " + std::to_string(trial.state));
}

void check_study(const Facts& facts, std::int64_t study_id) {
  const idl::Study& study = facts.studies.at(study_id);
  const auto counted = facts.tallies.find(study_id);
  const Tally tally = counted == facts.tallies.end() ? Tally() : counted->second;
  // What began under an earlier version of its file goes on.
  std::int64_t budget = 0;
  std::int64_t most = 0;
  for (const idl::StudySpec* spec : facts.versions_of(study)) {
    budget = std::max(budget, spec->budget.trials + study.withdrawn);
    most = std::max<std::int64_t>(
        most, spec->__isset.stop_and_go ? spec->stop_and_go.max_parallel : spec->parallel);
  }
  require(budget <= 0 || tally.all - tally.repeats <= budget,
          "study " + study.spec.name + " has " + std::to_string(tally.all - tally.repeats) +
              " trials, its budget is " + std::to_string(budget));
  require(study.spec.command.empty() || tally.live <= most,
          "study " + study.spec.name + " has " + std::to_string(tally.live) + " open trials, at most " +
              std::to_string(most) + " may be");
  require(study.next_proposal == tally.all,
          "study " + study.spec.name + ": next proposal " + std::to_string(study.next_proposal) +
              " after " + std::to_string(tally.all) + " trials");
  require(study.reason != "target reached" || target_reached(facts, study),
          "study " + study.spec.name + " ends with a target that no feasible trial reached");
  require(!ended(study.state) || tally.waiting == 0,
          "study " + study.spec.name + " has ended and trials wait in it");
  const bool compares = study.state == idl::StudyState::DONE && study.spec.compare_seeds > 0;
  if (tally.repeats > 0 || study.repetition.__isset.winner || compares) {
    check_repeats(facts, study);
  }
}

void require_result(const idl::StudySpec& spec,
                    const idl::Trial& trial,
                    const std::vector<double>& values,
                    const std::map<std::string, double>& bounded) {
  const std::string name =
      "trial " + std::to_string(trial.study_id) + "/" + std::to_string(trial.number);
  const auto same = [](double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
  };
  require(values.empty() == (trial.state != T::COMPLETE),
          name + ": its measurements do not agree with its end");
  if (values.empty()) {
    return;
  }
  require(trial.values.size() == values.size() && trial.values.front() == trial.value,
          name + " does not have one value for each objective");
  for (std::size_t i = 0; i < values.size(); ++i) {
    require(same(trial.values[i], values[i]),
            name + " has the value " + std::to_string(trial.values[i]) +
                ", its measurements give " + std::to_string(values[i]));
  }
  bool feasible = true;
  for (const idl::Constraint& constraint : spec.constraints) {
    const auto kept = trial.constraint_values.find(constraint.metric);
    require(
        kept != trial.constraint_values.end() && same(kept->second, bounded.at(constraint.metric)),
        name + ": what was reported of " + constraint.metric + " is not what was kept");
    feasible = feasible && holds(constraint, kept->second);
  }
  require(feasible == (trial.violation == 0),
          name + " is called feasible and is not, or the reverse");
}

namespace {

// The value it had by then, if that is one.
void check_pruned_value(const Facts& facts, const idl::Trial& trial) {
  const idl::StudySpec& spec = facts.studies.at(trial.study_id).spec;
  const std::vector<idl::Measurement> curve = facts.curve(trial.session_id);
  const double value = value_by_rule(spec.objectives.front(), curve);
  const bool measured = std::all_of(
      spec.objectives.begin(), spec.objectives.end(), [&](const idl::Objective& objective) {
        return std::isfinite(value_by_rule(objective, curve));
      });
  const std::string name =
      "pruned trial " + std::to_string(trial.study_id) + "/" + std::to_string(trial.number);
  require(trial.__isset.value == measured, name + ": has it a value or not?");
  require(!trial.__isset.value ||
              std::abs(trial.value - value) <= 1e-9 * std::max(1.0, std::abs(value)),
          name + " has the value " + std::to_string(trial.value) + ", its measurements give " +
              std::to_string(value));
}

}  // namespace

void check_result(const Facts& facts, const TrialKey& key) {
  const idl::Trial& trial = facts.trials.at(key);
  const std::string name = "trial " + std::to_string(key.first) + "/" + std::to_string(key.second);
  require(trial.__isset.value != trial.values.empty() &&
              (trial.state == T::PRUNED || trial.__isset.value == (trial.state == T::COMPLETE)),
          name + ": values belong to a complete or pruned trial, and only to that");
  if (trial.session_id == 0) {
    return;
  }
  if (trial.state == T::PRUNED) {
    return check_pruned_value(facts, trial);
  }
  const idl::Session& session = facts.sessions.at(trial.session_id);
  if (session.state != N::COMPLETE) {
    require(trial.state != T::COMPLETE, name + " is complete, its session is not");
    return;
  }
  const std::vector<idl::Measurement> measurements = facts.curve(session.id);
  const idl::StudySpec& spec = facts.studies.at(key.first).spec;
  std::vector<double> values;
  std::map<std::string, double> bounded;
  for (const idl::Objective& objective : spec.objectives) {
    values.push_back(value_by_rule(objective, measurements));
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    bounded[constraint.metric] = bounded_value(spec, constraint.metric, measurements);
  }
  const bool whole =
      std::all_of(values.begin(), values.end(), [](double one) { return std::isfinite(one); }) &&
      std::all_of(bounded.begin(), bounded.end(), [](const auto& one) {
        return std::isfinite(one.second);
      });
  require_result(spec, trial, whole ? values : std::vector<double>(), bounded);
}

void check_node(const Facts& facts, const idl::Node& node) {
  std::int64_t cpus = 0;
  std::int64_t memory_bytes = 0;
  std::set<std::int32_t> gpus;
  for (const AttemptKey& key : facts.open_attempts) {
    const idl::Attempt& attempt = facts.attempts.at(key);
    if (attempt.placement.node != node.name) {
      continue;
    }
    cpus += attempt.placement.cpus;
    memory_bytes += attempt.placement.memory_bytes;
    for (const std::int32_t gpu : attempt.placement.gpus) {
      require(gpus.insert(gpu).second,
              "GPU " + std::to_string(gpu) + " of " + node.name + " is given to two attempts");
      require(gpu >= 0 && gpu < static_cast<std::int32_t>(node.gpus.size()),
              node.name + " has no GPU " + std::to_string(gpu));
    }
  }
  require(cpus <= node.cpus && memory_bytes <= node.memory_bytes,
          node.name + " gives away more than it has");
}

void check_everything_final(const Facts& facts) {
  for (const auto& [id, study] : facts.studies) {
    require(ended(study.state),
            "study " + study.spec.name + " is still in state " + std::to_string(study.state));
  }
  for (const auto& [key, trial] : facts.trials) {
    require(ended(trial.state),
            "trial " + std::to_string(key.first) + "/" + std::to_string(key.second) +
                " is still in state " + std::to_string(trial.state));
  }
  for (const auto& [id, session] : facts.sessions) {
    require(ended(session.state),
            "session " + session.name + " is still in state " + std::to_string(session.state));
  }
  for (const auto& [key, attempt] : facts.attempts) {
    require(ended(attempt.state),
            "an attempt of session " + std::to_string(key.first) + " is still open");
  }
}

void check_proposals(const Facts& facts, const idl::Study& study) {
  const std::string& algorithm = study.spec.algorithm.name;
  if (algorithm != "sobol" && algorithm != "random") {
    return;  // others learn, so what they propose depends on when trials end
  }
  const std::vector<const idl::StudySpec*> versions = facts.versions_of(study);
  std::vector<std::shared_ptr<engine::StudySearch>> searches;
  for (const idl::StudySpec* spec : versions) {
    searches.push_back(engine::make_search(*spec));
  }
  const search::History none;
  const std::vector<search::Configuration> pending;
  for (auto at = facts.trials.lower_bound({study.id, 0});
       at != facts.trials.end() && at->first.first == study.id;
       ++at) {
    if (at->second.baseline || at->second.enqueued || at->second.__isset.repeat_of) {
      continue;
    }
    const auto version = static_cast<std::size_t>(at->second.file_version - 1);
    const auto& search = searches.at(version);
    const auto suggestions =
        search->sampler->suggest({.history = none,
                                  .pending = pending,
                                  .index = static_cast<std::uint64_t>(at->second.number),
                                  .seed = search->seed,
                                  .count = 1});
    require(suggestions.size() == 1 &&
                engine::to_assignments(versions[version]->space, suggestions[0].configuration) ==
                    facts.proposed.at(at->first),
            "study " + study.spec.name + ": proposal " + std::to_string(at->second.number) +
                " is not the one of a run without faults");
  }
}

}  // namespace automl::simulation
