// SPDX-License-Identifier: Apache-2.0
#include "search/registry.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "search/samplers/cmaes.hpp"
#include "search/samplers/gp.hpp"
#include "search/samplers/grid.hpp"
#include "search/samplers/latin.hpp"
#include "search/samplers/nsga2.hpp"
#include "search/samplers/random.hpp"
#include "search/samplers/sobol.hpp"
#include "search/samplers/tpe.hpp"

namespace automl::search {

namespace {

constexpr std::int64_t kFewestToLearnFrom = 8;
constexpr std::int64_t kMostForAModel = 2000;

using Make = std::function<std::unique_ptr<Sampler>(const OptionReader&, const SearchSpace&)>;

struct Entry {
  std::string name;
  std::vector<OptionHelp> options;
  Make make;
  std::size_t most_objectives = kAnyNumber;
  bool inherits = false;
};

std::unique_ptr<Sampler> make_tpe(const OptionReader& read, const SearchSpace& space) {
  TpeOptions options;
  options.initial = read.count("initial", options.initial, 1, 1'000'000);
  options.candidates = read.count("candidates", options.candidates, 1, 10'000);
  options.gamma = read.number("gamma", options.gamma, 0.001, 0.999);
  options.most_good = read.count("most_good", options.most_good, 1, 1'000'000);
  options.good.prior_weight = read.number("prior_weight", 1, 0.001, 1000);
  options.bad.prior_weight = options.good.prior_weight;
  return std::make_unique<TpeSampler>(space, options);
}

std::unique_ptr<Sampler> make_gp(const OptionReader& read, const SearchSpace& space) {
  GpOptions options;
  options.initial = read.count("initial", options.initial, 0, 1'000'000);
  options.candidates = read.count("candidates", options.candidates, 1, 100'000);
  options.scenarios = read.count("scenarios", options.scenarios, 1, 1000);
  options.crowd = read.count("crowd", options.crowd, 1, 1'000'000);
  options.enough = read.number("enough", options.enough, -100, 100);
  options.model.members = read.count("hyperparameter_samples", options.model.members, 1, 64);
  return std::make_unique<GpSampler>(space, options);
}

std::unique_ptr<Sampler> make_cmaes(const OptionReader& read, const SearchSpace& space) {
  CmaesOptions options;
  options.step = read.number("step", options.step, 0.001, 1);
  options.population = read.count("population", options.population, 0, 10'000);
  if (options.population > 0 && options.population < 4) {
    throw OptionError("cmaes: population must be 0 or from 4 to 10000");
  }
  return std::make_unique<CmaesSampler>(space, options);
}

std::unique_ptr<Sampler> make_nsga2(const OptionReader& read, const SearchSpace& space) {
  Nsga2Options options;
  options.population = read.count("population", options.population, 4, 10'000);
  options.crossover = read.number("crossover", options.crossover, 0, 1);
  options.crossover_spread = read.number("crossover_spread", options.crossover_spread, 0.1, 1000);
  options.mutation_spread = read.number("mutation_spread", options.mutation_spread, 0.1, 1000);
  return std::make_unique<Nsga2Sampler>(space, options);
}

const std::vector<Entry>& table() {
  static const std::vector<Entry> kTable = {
      {"random",
       {},
       [](const OptionReader&, const SearchSpace& space) -> std::unique_ptr<Sampler> {
         return std::make_unique<RandomSampler>(space);
       }},
      {"sobol",
       {},
       [](const OptionReader&, const SearchSpace& space) -> std::unique_ptr<Sampler> {
         return std::make_unique<SobolSampler>(space);
       }},
      {"grid",
       {{"points", "10", "values of a float without step, 1 to 10000"}},
       [](const OptionReader& read, const SearchSpace& space) -> std::unique_ptr<Sampler> {
         return std::make_unique<GridSampler>(space, read.count("points", 10, 1, 10'000));
       }},
      {"tpe",
       {{"initial",
         "10",
         "finished trials before the model is used; the defaults and Sobol points"},
        {"candidates", "24", "drawn from the good density for each suggestion, 1 to 10000"},
        {"gamma", "0.15", "share of trials that count as good, 0.001 to 0.999"},
        {"most_good", "25", "at most this many trials count as good"},
        {"prior_weight", "1", "of the nearly uniform prior, beside 1 for a trial; 0.001 to 1000"}},
       make_tpe,
       kAnyNumber,
       true},
      {"gp",
       {{"initial",
         "0",
         "finished trials before the model is used; the defaults and Sobol points; 0: 4 to 10, one "
         "more than there are parameters"},
        {"candidates", "512", "screened for each suggestion, 1 to 100000"},
        {"scenarios", "32", "what the pending trials may turn out to be, 1 to 1000"},
        {"crowd",
         "8",
         "with more trials at a time most suggestions stay near the best trials, 1 to 1000000"},
        {"enough",
         "-7",
         "log expected improvement, in standard deviations, below which every second suggestion "
         "leaves the best place; -100 to 100"},
        {"hyperparameter_samples",
         "1",
         "models that the acquisition is averaged over up to 60 trials, each with hyperparameters "
         "drawn from their posterior; 1: only the most probable ones; 1 to 64"}},
       make_gp,
       4,
       true},
      {"latin",
       {{"points", "64", "of each Latin hypercube, 1 to 100000"}},
       [](const OptionReader& read, const SearchSpace& space) -> std::unique_ptr<Sampler> {
         return std::make_unique<LatinSampler>(space, read.count("points", 64, 1, 100'000));
       }},
      {"cmaes",
       {{"step", "0.25", "initial standard deviation in the unit cube, 0.001 to 1"},
        {"population", "0", "trials of a generation, 4 to 10000; 0: 4 + 3 log(parameters)"}},
       make_cmaes,
       1},
      {"nsga2",
       {{"population", "20", "parents, and trials before the first offspring, 4 to 10000"},
        {"crossover", "0.9", "probability of two parents, 0 to 1"},
        {"crossover_spread", "5", "larger: children closer to their parents, 0.1 to 1000"},
        {"mutation_spread", "3", "larger: smaller mutations, 0.1 to 1000"}},
       make_nsga2},
  };
  return kTable;
}

const Entry& entry(const std::string& name) {
  for (const Entry& one : table()) {
    if (one.name == name) {
      return one;
    }
  }
  std::string known;
  for (const Entry& one : table()) {
    known += (known.empty() ? "" : ", ") + one.name;
  }
  throw OptionError("there is no algorithm \"" + name + "\"; there are " + known);
}

}  // namespace

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const Entry& one : table()) {
    names.push_back(one.name);
  }
  return names;
}

std::vector<OptionHelp> algorithm_options(const std::string& name) { return entry(name).options; }

std::size_t most_objectives(const std::string& name) { return entry(name).most_objectives; }

bool inherits(const std::string& name) { return entry(name).inherits; }

Choice choose_algorithm(const SearchSpace& space, const Task& task) {
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(task.trials, 0));
  if (const auto all = space.cardinality(limit); all && task.trials > 0) {
    return {"grid", "the budget covers all " + std::to_string(*all) + " configurations"};
  }
  const std::string trials = std::to_string(task.trials) + " trials";
  if (!task.inherits && task.trials > 0 && task.trials < kFewestToLearnFrom) {
    return {"sobol", trials + " are too few to learn from, so they are spread evenly"};
  }
  if (!task.inherits && task.trials > 0 && task.trials <= task.parallel) {
    return {"sobol", "all " + trials + " start before the first one ends, so none can learn"};
  }
  if (task.objectives > most_objectives("gp")) {
    return {"nsga2", std::to_string(task.objectives) + " objectives are too many for a model"};
  }
  std::string what =
      std::to_string(space.size()) + (space.size() == 1 ? " parameter" : " parameters");
  const auto conditional = std::count_if(
      space.parameters().begin(), space.parameters().end(), [](const Parameter& parameter) {
        return !parameter.conditions.empty();
      });
  if (conditional > 0) {
    what += ", " + std::to_string(conditional) + " of them conditional";
  }
  if (task.objectives > 1) {
    what += ", " + std::to_string(task.objectives) + " objectives";
  }
  if (task.trials > kMostForAModel) {
    return {"tpe", trials + " are too many for a model of them all; here " + what};
  }
  return {"gp", "learns the most from each trial; here " + what};
}

std::unique_ptr<Sampler> make_sampler(const std::string& name,
                                      const Options& options,
                                      const SearchSpace& space) {
  const Entry& known = entry(name);
  check_names(name, options, known.options);
  return known.make(OptionReader(name, options), space);
}

}  // namespace automl::search
