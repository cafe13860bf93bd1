// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <cmath>

#include "engine/space_binding.hpp"

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
  for (auto at = facts.attempts.lower_bound({session.id, 0});
       at != facts.attempts.end() && at->first.first == session.id;
       ++at) {
    ++count;
    require(at->second.number == count, "session " + session.name + ": attempt numbers have gaps");
    started += facts.started.count(at->first) != 0 ? 1 : 0;
    open += ended(at->second.state) ? 0 : 1;
  }
  require(open <= 1, "session " + session.name + " has two open attempts");
  require(session.attempts == count, "session " + session.name + " miscounts its attempts");
  require(started <= session.spec.retries + 1,
          "session " + session.name + " ran " + std::to_string(started) + " times with " +
              std::to_string(session.spec.retries) + " retries");
}

bool better(const idl::Study& study, double value, double than) {
  return study.spec.objective.goal == idl::Goal::MAXIMIZE ? value > than : value < than;
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
      if (trial.state == T::COMPLETE && (!best || better(study, trial.value, *best))) {
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
  std::int64_t count = 0;
  std::int64_t open = 0;
  std::int64_t waiting = 0;
  std::int64_t repeats = 0;
  for (auto at = facts.trials.lower_bound({study_id, 0});
       at != facts.trials.end() && at->first.first == study_id;
       ++at) {
    require(at->first.second == count,
            "study " + study.spec.name + ": the trials' numbers have gaps");
    ++count;
    repeats += at->second.__isset.repeat_of ? 1 : 0;
    open += ended(at->second.state) ? 0 : 1;
    waiting += at->second.state == T::WAITING ? 1 : 0;
  }
  const std::int64_t budget = study.spec.budget.trials;
  require(budget <= 0 || count - repeats <= budget,
          "study " + study.spec.name + " has " + std::to_string(count - repeats) +
              " trials, its budget is " + std::to_string(budget));
  require(study.spec.command.empty() || open <= study.spec.parallel,
          "study " + study.spec.name + " has " + std::to_string(open) +
              " open trials, parallel is " + std::to_string(study.spec.parallel));
  require(study.next_proposal == count,
          "study " + study.spec.name + ": next proposal " + std::to_string(study.next_proposal) +
              " after " + std::to_string(count) + " trials");
  require(!ended(study.state) || waiting == 0,
          "study " + study.spec.name + " has ended and trials wait in it");
  check_repeats(facts, study);
}

std::optional<double> value_by_rule(const idl::Objective& objective,
                                    const std::map<std::int64_t, idl::Measurement>& measurements) {
  std::vector<double> values;
  for (const auto& [sequence, measurement] : measurements) {
    const auto found = measurement.metrics.find(objective.metric);
    if (found != measurement.metrics.end()) {
      values.push_back(found->second);
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  double value = values.back();
  if (objective.rule == idl::ValueRule::BEST) {
    std::vector<double> finite;
    std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](double one) {
      return std::isfinite(one);
    });
    if (!finite.empty()) {
      value = objective.goal == idl::Goal::MAXIMIZE
                  ? *std::max_element(finite.begin(), finite.end())
                  : *std::min_element(finite.begin(), finite.end());
    }
  } else if (objective.rule == idl::ValueRule::MEAN_LAST) {
    const auto window =
        std::min(values.size(), static_cast<std::size_t>(std::max(1, objective.window)));
    value = 0;
    for (std::size_t i = values.size() - window; i < values.size(); ++i) {
      value += values[i];
    }
    value /= static_cast<double>(window);
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void check_result(const Facts& facts, const TrialKey& key) {
  const idl::Trial& trial = facts.trials.at(key);
  const std::string name = "trial " + std::to_string(key.first) + "/" + std::to_string(key.second);
  require(trial.__isset.value == (trial.state == T::COMPLETE),
          name + ": a value belongs to a complete trial, and only to that");
  if (trial.session_id == 0) {
    return;
  }
  const idl::Session& session = facts.sessions.at(trial.session_id);
  if (session.state != N::COMPLETE) {
    require(trial.state != T::COMPLETE, name + " is complete, its session is not");
    return;
  }
  const auto measured = facts.measurements.find({session.id, session.attempts});
  const std::optional<double> expected = value_by_rule(
      facts.studies.at(key.first).spec.objective,
      measured == facts.measurements.end() ? std::map<std::int64_t, idl::Measurement>()
                                           : measured->second);
  require(expected.has_value() == (trial.state == T::COMPLETE),
          name + ": its measurements do not agree with its end");
  if (expected) {
    require(std::abs(*expected - trial.value) <= 1e-9 * std::max(1.0, std::abs(*expected)),
            name + " has the value " + std::to_string(trial.value) + ", its measurements give " +
                std::to_string(*expected));
  }
}

void check_node(const Facts& facts, const idl::Node& node) {
  std::int64_t cpus = 0;
  std::int64_t memory_bytes = 0;
  std::set<std::int32_t> gpus;
  for (const auto& [key, attempt] : facts.attempts) {
    if (ended(attempt.state) || attempt.placement.node != node.name) {
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
  const auto search = engine::make_search(study.spec);
  const search::History none;
  const std::vector<search::Configuration> pending;
  for (auto at = facts.trials.lower_bound({study.id, 0});
       at != facts.trials.end() && at->first.first == study.id;
       ++at) {
    if (at->second.baseline || at->second.enqueued || at->second.__isset.repeat_of) {
      continue;
    }
    const auto suggestions =
        search->sampler->suggest({.history = none,
                                  .pending = pending,
                                  .index = static_cast<std::uint64_t>(at->second.number),
                                  .seed = search->seed,
                                  .count = 1});
    require(suggestions.size() == 1 &&
                engine::to_assignments(study.spec.space, suggestions[0].configuration) ==
                    at->second.configuration,
            "study " + study.spec.name + ": proposal " + std::to_string(at->second.number) +
                " is not the one of a run without faults");
  }
}

}  // namespace automl::simulation
