// SPDX-License-Identifier: Apache-2.0
#include "engine/inheritance.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace automl::engine {

namespace {

constexpr std::size_t kMostTrials = 500;
constexpr std::size_t kBest = kMostTrials / 2;

// Those to take, by number.
std::vector<idl::Trial> chosen(std::vector<idl::Trial> trials, bool maximize) {
  std::erase_if(trials, [](const idl::Trial& trial) {
    return trial.state != idl::TrialState::COMPLETE || trial.__isset.repeat_of;
  });
  if (trials.size() <= kMostTrials) {
    return trials;
  }
  std::stable_sort(trials.begin(), trials.end(), [&](const idl::Trial& a, const idl::Trial& b) {
    return maximize ? a.value > b.value : a.value < b.value;
  });
  const auto later = [](const idl::Trial& a, const idl::Trial& b) { return a.number > b.number; };
  std::sort(trials.begin() + static_cast<std::ptrdiff_t>(kBest), trials.end(), later);
  trials.resize(kMostTrials);
  std::sort(trials.rbegin(), trials.rend(), later);
  return trials;
}

std::string joined(const std::map<std::string, std::int64_t>& left_out) {
  std::string text;
  for (const auto& [why, count] : left_out) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + why;
  }
  return text;
}

// How the parameters of the two studies differ by name.
std::string other_parameters(const idl::StudySpec& earlier, const idl::StudySpec& now) {
  const auto lacking = [](const idl::StudySpec& whole, const idl::StudySpec& part) {
    std::string names;
    for (const idl::Parameter& parameter : whole.space) {
      const bool there = std::any_of(part.space.begin(), part.space.end(), [&](const auto& other) {
        return other.name == parameter.name;
      });
      names += there ? "" : (names.empty() ? "" : ", ") + parameter.name;
    }
    return names;
  };
  const std::string new_ones = lacking(now, earlier);
  const std::string gone = lacking(earlier, now);
  return (new_ones.empty() ? "" : "; its default stands for " + new_ones) +
         (gone.empty() ? "" : "; without its " + gone);
}

}  // namespace

Inheritance inherit(const EngineState& state,
                    storage::Storage& storage,
                    const std::string& owner,
                    const idl::StudySpec& spec,
                    const search::SearchSpace& space) {
  Inheritance result;
  for (const std::string& name : spec.inherit) {
    const auto known = state.study_by_name.find(owner + "/" + name);
    if (known == state.study_by_name.end()) {
      result.objection = "inherit: there is no study \"" + name + "\"";
      return result;
    }
    const StudyEntry& earlier = state.studies.at(known->second);
    const idl::StudySpec& before = earlier.record.spec;
    const bool flip = before.objectives.front().goal != spec.objectives.front().goal;
    const auto trials = chosen(storage.load_trials(earlier.record.id, 0, 0),
                               before.objectives.front().goal == idl::Goal::MAXIMIZE);
    idl::PriorTask task;
    task.study = name;
    std::map<std::string, std::int64_t> left_out;
    for (const idl::Trial& trial : trials) {
      const MappedConfiguration mapped = map_configuration(space, spec.space, trial.configuration);
      if (!mapped.configuration) {
        ++left_out[mapped.objection];
        continue;
      }
      idl::PriorTrial& taken = task.trials.emplace_back();
      taken.configuration = to_assignments(spec.space, *mapped.configuration);
      taken.value = flip ? -trial.value : trial.value;
    }
    if (task.trials.empty()) {
      result.objection = "inherit: study \"" + name + "\" has no complete trial" +
                         (left_out.empty() ? "" : " in this space: " + joined(left_out));
      return result;
    }
    result.notes.push_back(name + ": " + std::to_string(task.trials.size()) + " trials" +
                           (left_out.empty() ? "" : ", left out " + joined(left_out)) +
                           other_parameters(before, spec));
    result.tasks.push_back(std::move(task));
  }
  return result;
}

void add_prior_tasks(StudySearch& search,
                     const idl::StudySpec& spec,
                     const std::vector<idl::PriorTask>& tasks,
                     const SpaceVersions& versions) {
  const bool maximize = spec.objectives.front().goal == idl::Goal::MAXIMIZE;
  for (const idl::PriorTask& task : tasks) {
    search::PriorTask prior;
    for (const idl::PriorTrial& trial : task.trials) {
      MappedConfiguration mapped =
          carry_over(search.space, spec.space, versions, 1, trial.configuration);
      if (!mapped.configuration) {
        continue;
      }
      search::Observation& observation = prior.observations.emplace_back();
      observation.trial = static_cast<std::int64_t>(prior.observations.size()) - 1;
      observation.configuration = *std::move(mapped.configuration);
      observation.value = maximize ? -trial.value : trial.value;
    }
    if (!prior.observations.empty()) {
      search.history.inherit(std::move(prior));
    }
  }
}

}  // namespace automl::engine
