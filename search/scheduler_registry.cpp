// SPDX-License-Identifier: Apache-2.0
#include "search/scheduler_registry.hpp"

#include <functional>

#include "search/schedulers/asha.hpp"
#include "search/schedulers/bohb.hpp"
#include "search/schedulers/curve.hpp"
#include "search/schedulers/hyperband.hpp"
#include "search/schedulers/median.hpp"
#include "search/schedulers/patience.hpp"
#include "search/schedulers/pb2.hpp"
#include "search/schedulers/pbt.hpp"
#include "search/schedulers/percentile.hpp"
#include "search/schedulers/threshold.hpp"

namespace automl::search {
namespace {

using Made = std::unique_ptr<Scheduler>;
using Make = std::function<Made(const OptionReader&, const SearchSpace&, const Setting&)>;

struct Entry {
  std::string name;
  std::vector<OptionHelp> options;
  Make make;
};

PeerOptions read_peers(const OptionReader& read) {
  PeerOptions options;
  options.startup = read.count("startup", options.startup, 1, 1'000'000);
  options.warmup = read.step("warmup", options.warmup, 0);
  options.interval = read.step("interval", options.interval, 1);
  return options;
}

std::vector<OptionHelp> peer_help(std::vector<OptionHelp> more) {
  std::vector<OptionHelp> all = {
      {"startup", "5", "complete trials before any is stopped, 1 to 1000000"},
      {"warmup", "1", "first step at which a trial is judged"},
      {"interval", "1", "judged once every so many steps"}};
  all.insert(all.begin(), more.begin(), more.end());
  return all;
}

Halving read_halving(const OptionReader& read, const std::vector<std::string>& choices) {
  return read.choice("variant", choices) == "stop" ? Halving::kStop : Halving::kPromote;
}

double read_reduction(const OptionReader& read, double fallback) {
  return read.number("reduction", fallback, 1.5, 1000);
}

HyperbandOptions read_hyperband(const OptionReader& read) {
  HyperbandOptions options;
  options.min = read.step("min", options.min, 1);
  options.max = read.step("max", options.max, 2);
  options.reduction = read_reduction(read, options.reduction);
  options.halving = read_halving(read, {"promote", "stop"});
  if (options.max <= options.min) {
    read.refuse("max must be greater than min");
  }
  return options;
}

std::vector<OptionHelp> hyperband_help() {
  return {{"min", "1", "least step at which a trial is judged"},
          {"max", "81", "step at which trials are complete"},
          {"reduction", "4", "one of so many trials goes on at each rung, 1.5 to 1000"},
          {"variant", "promote", "promote: others are paused at a rung; stop: stopped there"}};
}

Made make_asha(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  AshaOptions options;
  options.min = read.step("min", options.min, 1);
  options.max = read.step("max", options.max, 0);
  options.reduction = read_reduction(read, options.reduction);
  options.halving = read_halving(read, {"stop", "promote"});
  if (options.max > 0 && options.max <= options.min) {
    read.refuse("max must be greater than min, or 0");
  }
  return std::make_unique<AshaScheduler>(options, setting);
}

Made make_patience(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  PatienceOptions options;
  options.steps = read.step("steps", options.steps, 1);
  options.min_delta = read.number("min_delta", options.min_delta, 0, 1e300);
  return std::make_unique<PatienceScheduler>(options, setting);
}

Made make_threshold(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  ThresholdOptions options;
  constexpr double kMost = std::numeric_limits<double>::infinity();
  options.lower = read.number("lower", options.lower, -kMost, kMost);
  options.upper = read.number("upper", options.upper, -kMost, kMost);
  options.warmup = read.step("warmup", options.warmup, 0);
  if (options.lower > options.upper) {
    read.refuse("lower must not be greater than upper");
  }
  return std::make_unique<ThresholdScheduler>(options, setting);
}

Made make_curve(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  CurveOptions options;
  options.max = read.step("max", options.max, 1);
  options.probability = read.number("probability", options.probability, 1e-9, 0.999);
  options.points = read.count("points", options.points, 2, 1'000'000);
  options.interval = read.step("interval", options.interval, 1);
  return std::make_unique<CurveScheduler>(options, setting);
}

Limits read_limits(const OptionReader& read, const SearchSpace& space) {
  try {
    Limits limits = parse_limits(read.text("limits", ""));
    widened(space, limits);
    return limits;
  } catch (const std::invalid_argument& error) {
    read.refuse(error.what());
  }
}

std::size_t read_population(const OptionReader& read) {
  const auto population = static_cast<std::size_t>(read.count("population", 0, 0, 1'000'000));
  if (population == 1) {
    read.refuse("population must be at least 2, or 0");
  }
  return population;
}

Made make_pbt(const OptionReader& read, const SearchSpace& space, const Setting& setting) {
  PbtOptions options;
  options.interval = read.step("interval", options.interval, 1);
  const std::string exploit = read.choice("exploit", {"truncation", "tournament", "t-test"});
  options.exploitation = exploit == "truncation"   ? Exploitation::kTruncation
                         : exploit == "tournament" ? Exploitation::kTournament
                                                   : Exploitation::kTTest;
  options.fraction = read.number("fraction", options.fraction, 0.001, 0.5);
  options.population = read_population(read);
  options.perturb.shrink = read.number("shrink", options.perturb.shrink, 0.01, 0.999);
  options.perturb.grow = read.number("grow", options.perturb.grow, 1.001, 100);
  options.perturb.resample = read.number("resample", options.perturb.resample, 0, 1);
  options.limits = read_limits(read, space);
  return std::make_unique<PbtScheduler>(space, options, setting);
}

Made make_pb2(const OptionReader& read, const SearchSpace& space, const Setting& setting) {
  Pb2Options options;
  options.interval = read.step("interval", options.interval, 1);
  options.fraction = read.number("fraction", options.fraction, 0.001, 0.5);
  options.population = read_population(read);
  options.candidates = read.count("candidates", options.candidates, 1, 100'000);
  options.limits = read_limits(read, space);
  return std::make_unique<Pb2Scheduler>(space, options, setting);
}

template <typename Kind>
Made with_peers(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  return std::make_unique<Kind>(read_peers(read), setting);
}

Made make_percentile(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  const double keep = read.number("keep", 25, 0.1, 99.9);
  return std::make_unique<PercentileScheduler>(keep, read_peers(read), setting);
}

template <typename Kind>
Made with_brackets(const OptionReader& read, const SearchSpace&, const Setting& setting) {
  return std::make_unique<Kind>(read_hyperband(read), setting);
}

const OptionHelp kPopulation = {
    "population", "0", "so many members take turns; 0: those that run at once are the population"};
const OptionHelp kLimits = {
    "limits", "", "outer limits, wider than the space: \"lr 1e-6 1, momentum 0 0.999\""};

const std::vector<Entry>& table() {
  static const std::vector<Entry> kTable = {
      {"median", peer_help({}), with_peers<MedianScheduler>},
      {"percentile",
       peer_help({{"keep", "25", "per cent of complete trials to be among, 0.1 to 99.9"}}),
       make_percentile},
      {"patience",
       {{"steps", "10", "a trial is stopped after so many steps without improvement"},
        {"min_delta", "0", "what counts as one: the best value gets better by more than this"}},
       make_patience},
      {"threshold",
       {{"lower", "-inf", "a trial with a value below is stopped"},
        {"upper", "inf", "a trial with a value above is stopped"},
        {"warmup", "0", "first step at which a trial is judged"}},
       make_threshold},
      {"asha",
       {{"min", "1", "step of the first rung"},
        {"max", "0", "step at which trials are complete; 0: unknown"},
        {"reduction", "4", "one of so many trials goes on at each rung, 1.5 to 1000"},
        {"variant", "stop", "stop: others are stopped at a rung; promote: paused there"}},
       make_asha},
      {"hyperband", hyperband_help(), with_brackets<HyperbandScheduler>},
      {"bohb", hyperband_help(), with_brackets<BohbScheduler>},
      {"pbt",
       {{"interval", "5", "steps between two decisions about a member"},
        {"exploit", "truncation", "truncation, tournament or t-test"},
        {"fraction", "0.2", "truncation: the worst copy the best; 0.001 to 0.5"},
        {"shrink", "0.8", "a value is multiplied by this, 0.01 to 0.999,"},
        {"grow", "1.2", "or by this, 1.001 to 100,"},
        {"resample", "0.25", "or drawn anew with this probability"},
        kPopulation,
        kLimits},
       make_pbt},
      {"pb2",
       {{"interval", "5", "steps between two decisions about a member"},
        {"fraction", "0.25", "the worst copy the best; 0.001 to 0.5"},
        {"candidates", "128", "configurations considered for each decision, 1 to 100000"},
        kPopulation,
        kLimits},
       make_pb2},
      {"curve",
       {{"max", "100", "step at which trials are complete"},
        {"probability", "0.02", "of beating the best value; a trial is stopped below this one"},
        {"points", "4", "finite reports before a trial is judged, 2 to 1000000"},
        {"interval", "1", "judged once every so many steps"}},
       make_curve},
  };
  return kTable;
}

const Entry& entry(const std::string& name) {
  std::string known;
  for (const Entry& one : table()) {
    if (one.name == name) {
      return one;
    }
    known += (known.empty() ? "" : ", ") + one.name;
  }
  throw OptionError("there is no scheduler \"" + name + "\"; there are " + known);
}

}  // namespace

std::vector<std::string> scheduler_names() {
  std::vector<std::string> names;
  for (const Entry& one : table()) {
    names.push_back(one.name);
  }
  return names;
}

std::vector<OptionHelp> scheduler_options(const std::string& name) { return entry(name).options; }

std::unique_ptr<Scheduler> make_scheduler(const std::string& name,
                                          const Options& options,
                                          const SearchSpace& space,
                                          const Setting& setting) {
  const Entry& known = entry(name);
  check_names(name, options, known.options);
  return known.make(OptionReader(name, options), space, setting);
}

}  // namespace automl::search
