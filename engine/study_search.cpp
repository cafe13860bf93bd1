// SPDX-License-Identifier: Apache-2.0
#include "engine/study_search.hpp"

#include <utility>

#include "engine/space_binding.hpp"

#include "search/registry.hpp"
#include "search/samplers/partly_random.hpp"
#include "search/scheduler_registry.hpp"

namespace automl::engine {

namespace {

void check_objectives(const std::string& algorithm, std::size_t count) {
  if (count == 0) {
    throw search::OptionError("a study needs an objective");
  }
  const std::size_t most = search::most_objectives(algorithm);
  if (count <= most) {
    return;
  }
  std::string able;
  for (const std::string& name : search::algorithm_names()) {
    if (count <= search::most_objectives(name)) {
      able += (able.empty() ? "" : ", ") + name;
    }
  }
  throw search::OptionError(algorithm + " takes at most " + std::to_string(most) +
                            (most == 1 ? " objective" : " objectives") + ", the study has " +
                            std::to_string(count) + "; these take them: " + able);
}

bool takes_budgets(const idl::StudySpec& spec) { return spec.scheduler.name == "bohb"; }

// Few trials end, so that the sampler learns from values at early steps, which may mislead it.
bool halves(const idl::StudySpec& spec) {
  const std::string& name = spec.scheduler.name;
  return name == "asha" || name == "hyperband" || name == "bohb";
}

search::Choice algorithm_in_force(const idl::StudySpec& spec, const search::SearchSpace& space) {
  if (takes_budgets(spec) && (spec.algorithm.name.empty() || spec.algorithm.name == "auto")) {
    return {"tpe", "the model of bohb"};
  }
  if (spec.algorithm.name.empty() || spec.algorithm.name == "auto") {
    return search::choose_algorithm(space,
                                    {.trials = spec.budget.trials,
                                     .parallel = spec.parallel,
                                     .objectives = spec.objectives.size(),
                                     .inherits = !spec.inherit.empty()});
  }
  return {spec.algorithm.name, "chosen in the study file"};
}

// The option in which a scheduler says when a trial is complete.
constexpr const char* kLastStep = "max";

bool perturbs(const std::string& scheduler) { return scheduler == "pbt" || scheduler == "pb2"; }

search::Options scheduler_options(const idl::StudySpec& spec) {
  return {spec.scheduler.options.begin(), spec.scheduler.options.end()};
}

// Members that take turns; 0: those that run at once are the population.
std::int64_t population(const idl::StudySpec& spec) {
  const search::Options options = scheduler_options(spec);
  return search::OptionReader(spec.scheduler.name, options).step("population", 0, 0);
}

void check_population(const idl::StudySpec& spec) {
  const std::string& name = spec.scheduler.name;
  const std::int64_t members = population(spec);
  if (members == 0 && spec.parallel < 2) {
    throw search::OptionError(name +
                              " needs a population: parallel must be at least 2, or population, "
                              "whose members take turns");
  }
  if (spec.budget.trials > 0 && members > spec.budget.trials) {
    throw search::OptionError(name + ": population is " + std::to_string(members) +
                              ", but budget.trials is " + std::to_string(spec.budget.trials));
  }
}

void check_fit(const idl::StudySpec& spec) {
  const std::string& name = spec.scheduler.name;
  if (spec.command.empty()) {
    throw search::OptionError(
        name + " needs a command: trials that are driven by ask and tell report their end alone");
  }
  if (spec.objectives.size() > 1) {
    throw search::OptionError(name + " judges trials by one objective; the study has " +
                              std::to_string(spec.objectives.size()));
  }
  const std::string& algorithm = spec.algorithm.name;
  if (takes_budgets(spec) && !algorithm.empty() && algorithm != "auto" && algorithm != "tpe" &&
      algorithm != "gp") {
    throw search::OptionError(
        "bohb proposes by a model of the values at one step: algorithm tpe, gp or auto, not " +
        algorithm);
  }
  if (perturbs(name)) {
    check_population(spec);
  }
  if (perturbs(name) && spec.compare_seeds > 0) {
    throw search::OptionError(name +
                              " finds a schedule of parameters, no configuration that "
                              "compare could run again");
  }
}

}  // namespace

std::shared_ptr<StudySearch> make_search(const idl::StudySpec& spec) {
  auto search = std::shared_ptr<StudySearch>(
      new StudySearch{make_space(spec.space, spec.forbid), nullptr, {}, {}, {}, 0});
  search->seed = static_cast<std::uint64_t>(spec.seed);
  const std::string algorithm = algorithm_in_force(spec, search->space).algorithm;
  search->sampler = search::make_sampler(
      algorithm, {spec.algorithm.options.begin(), spec.algorithm.options.end()}, search->space);
  if (halves(spec) && search->sampler->learns()) {
    search->sampler =
        std::make_unique<search::PartlyRandomSampler>(search->space, std::move(search->sampler));
  }
  check_objectives(algorithm, spec.objectives.size());
  return search;
}

std::string algorithm_note(const idl::StudySpec& spec) {
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  const search::Choice choice = algorithm_in_force(spec, space);
  const std::string name =
      spec.algorithm.name.empty() || spec.algorithm.name == "auto" ? "auto → " : "";
  return name + choice.algorithm + ": " + choice.reason;
}

std::unique_ptr<search::Scheduler> make_scheduler(const idl::StudySpec& spec,
                                                  const search::SearchSpace& space) {
  if (spec.scheduler.name.empty()) {
    return nullptr;
  }
  search::Setting setting;
  setting.seed = static_cast<std::uint64_t>(spec.seed);
  setting.maximize = !spec.objectives.empty() && spec.objectives[0].goal == idl::Goal::MAXIMIZE;
  std::unique_ptr<search::Scheduler> scheduler =
      search::make_scheduler(spec.scheduler.name, scheduler_options(spec), space, setting);
  check_fit(spec);
  return scheduler;
}

std::vector<std::string> advice(const idl::StudySpec& spec) {
  const std::int64_t trials = spec.budget.trials;
  if (!perturbs(spec.scheduler.name) || population(spec) > 0 || trials <= spec.parallel) {
    return {};
  }
  return {spec.scheduler.name + ": the " + std::to_string(spec.parallel) +
          " trials that run at once are the population; with population: " +
          std::to_string(trials) + " all of them take turns"};
}

std::optional<std::int64_t> last_step(const idl::StudySpec& spec) {
  if (spec.scheduler.name.empty()) {
    return std::nullopt;
  }
  std::int64_t fallback = 0;
  for (const search::OptionHelp& option : search::scheduler_options(spec.scheduler.name)) {
    fallback = option.name == kLastStep ? std::stoll(option.default_value) : fallback;
  }
  const search::Options options = scheduler_options(spec);
  const std::int64_t step =
      search::OptionReader(spec.scheduler.name, options).step(kLastStep, fallback, 0);
  return step > 0 ? std::optional(step) : std::nullopt;
}

}  // namespace automl::engine
