// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/gp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "search/digits.hpp"
#include "search/levels.hpp"
#include "search/prior_tasks.hpp"
#include "search/samplers/untried.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;

constexpr int kMostFronts = 8;         // scenarios with several objectives
constexpr std::size_t kInherited = 3;  // trials of earlier tasks to begin with
constexpr double kTrusted = 0.1;       // with less than this their trials are no initial design
constexpr Index kTried = 64;           // proposals looked at before giving up on the model
constexpr double kLongest = 0.6;       // side of a box around one of the best trials
constexpr double kHalvings = 2;        // at most, of that side
constexpr Index kCentres = 3;          // of such boxes
constexpr std::size_t kBranches = 3;   // at most are looked at for one suggestion

gp::Points row_of(const SearchSpace& space, const Configuration& configuration) {
  const std::vector<double> unit = encode(space, configuration);
  gp::Points row(1, static_cast<Index>(unit.size()));
  std::copy(unit.begin(), unit.end(), row.data());
  return row;
}

bool expired(const Request& request) { return request.expired && request.expired(); }

// The best value of a plain table with a complete trial.
double lowest(const ObservationTable& table) {
  double value = std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < table.size(); ++row) {
    value = table.status(row) == Status::kComplete ? std::min(value, table.value(row)) : value;
  }
  return value;
}

std::size_t initial_trials(const GpOptions& options, std::size_t dimensions) {
  return options.initial > 0 ? static_cast<std::size_t>(options.initial)
                             : std::clamp<std::size_t>(dimensions + 1, 4, 10);
}

}  // namespace

GpSampler::GpSampler(const SearchSpace& space, const GpOptions& options)
    : space_(space),
      options_(options),
      map_(space),
      model_(map_, options.model),
      candidates_(map_),
      optimizer_(map_, options.optimizer),
      sobol_(space),
      cheaper_(space, {}),
      table_(space),
      initial_(initial_trials(options, map_.varying().size())) {}

bool GpSampler::seen(const Turn& turn, const Configuration& configuration) const {
  return table_.seen().contains(configuration) || turn.pending_seen.contains(configuration);
}

Suggestion GpSampler::suggest_untried(Turn& turn, const std::string& why) {
  std::optional<Untried> drawn =
      draw_untried(space_, turn.random, [&](const Configuration& one) { return seen(turn, one); });
  if (!drawn) {
    return {};
  }
  const std::string how = drawn->found == Untried::Found::kDrawn ? why + ", so a random draw"
                          : drawn->found == Untried::Found::kLeft
                              ? why + ", so one of the few untried ones"
                              : "every configuration has been tried";
  return {std::move(drawn->configuration), "gp: " + how};
}

std::size_t GpSampler::initial(const Request& request) const {
  if (request.history.prior().empty()) {
    return initial_;
  }
  // Models of constraints and of several objectives do without earlier tasks.
  const bool trusted = table_.plain() && model_.trust(table_) >= kTrusted;
  return trusted ? std::min(initial_, kInherited) : initial_ + kInherited;
}

std::optional<Suggestion> GpSampler::suggest_inherited(Turn& turn) {
  for (Configuration& one : inherited_design(space_, turn.request.history.prior(), kInherited)) {
    if (!seen(turn, one)) {
      return Suggestion{std::move(one), "gp: among the best of earlier studies"};
    }
  }
  return std::nullopt;
}

Suggestion GpSampler::suggest_initial(Turn& turn) {
  if (std::optional<Suggestion> inherited = suggest_inherited(turn)) {
    return *std::move(inherited);
  }
  Configuration defaults = space_.defaults();
  const bool first = turn.index == 0 || !turn.request.history.prior().empty();
  if (first && space_.allowed(defaults) && !seen(turn, defaults)) {
    return {std::move(defaults), "gp: the default configuration first"};
  }
  std::vector<Suggestion> points =
      sobol_.suggest({turn.request.history, turn.pending, turn.index, turn.request.seed, 1});
  if (points.empty()) {
    return {};
  }
  if (seen(turn, points.front().configuration)) {
    return suggest_untried(turn, "the initial point was tried");
  }
  points.front().reason = "gp: initial " + points.front().reason;
  return std::move(points.front());
}

Suggestion GpSampler::suggest_cheaply(Turn& turn) {
  std::vector<Suggestion> found =
      cheaper_.suggest({turn.request.history, turn.pending, turn.index, turn.request.seed, 1, {}});
  if (found.empty()) {
    return {};
  }
  found.front().reason = "gp: no time left for the model, so " + found.front().reason;
  return std::move(found.front());
}

bool GpSampler::crowded(const Request& request) const {
  return request.pending.size() + static_cast<std::size_t>(request.count) >
         static_cast<std::size_t>(options_.crowd);
}

void GpSampler::imagine(gp::Wanted& wanted,
                        const Configuration& configuration,
                        bool crowded,
                        Random& random) {
  if (configuration.values.size() == space_.size()) {
    // A single scenario is what is expected.
    const bool expected = crowded && wanted.improvement != nullptr;
    const int scenarios = expected ? 1
                          : wanted.what == gp::Wanted::What::kHypervolume
                              ? std::min(options_.scenarios, kMostFronts)
                              : options_.scenarios;
    wanted.acquisition->imagine(
        map_.features(row_of(space_, configuration)), scenarios, !expected, random);
  }
}

Suggestion GpSampler::explained(Configuration configuration,
                                const gp::Wanted& wanted,
                                const gp::Points& point,
                                double value) const {
  using What = gp::Wanted::What;
  const gp::Points features = map_.features(point);
  Suggestion suggestion{std::move(configuration), "gp: "};
  suggestion.reason += wanted.what == What::kFeasibility   ? "no trial meets the constraints yet"
                       : wanted.what == What::kHypervolume ? "log expected hypervolume improvement "
                                                           : "log expected improvement ";
  if (wanted.what != What::kFeasibility) {
    suggestion.reason += digits(value);
  }
  suggestion.reason += " after " + std::to_string(table_.size()) + " trials";
  if (wanted.feasible != nullptr) {
    suggestion.reason += ", constraints met with probability " +
                         digits(std::exp(wanted.feasible->log_feasibility(features)(0)));
  }
  for (const gp::Wanted::Target& target : wanted.targets) {
    const gp::Prediction at = gp::predict(target.surrogates, features);
    suggestion.expected.push_back({target.transform.inverse(at.mean),
                                   target.transform.inverse(at.mean - at.deviation),
                                   target.transform.inverse(at.mean + at.deviation)});
  }
  return suggestion;
}

std::optional<Suggestion> GpSampler::first_untried(const Turn& turn,
                                                   const gp::Wanted& wanted,
                                                   const gp::Proposals& proposals) const {
  const Index most = std::min(kTried, proposals.values.size());
  for (Index k = 0; k < most; ++k) {
    const Eigen::RowVectorXd row = proposals.unit.row(k);
    Configuration configuration =
        decode(space_, std::vector<double>(row.data(), row.data() + row.size()));
    if (space_.allowed(configuration) && !seen(turn, configuration)) {
      return explained(std::move(configuration), wanted, row, proposals.values(k));
    }
  }
  return std::nullopt;
}

std::optional<Suggestion> GpSampler::suggest_across(Turn& turn, const gp::Wanted& wanted) {
  const gp::Points across = candidates_.across(wanted.best.row(0), options_.across, turn.random);
  std::optional<Suggestion> found = first_untried(
      turn, wanted, gp::sorted(across, wanted.acquisition->values(map_.features(across))));
  if (found) {
    found->reason.insert(std::string("gp: ").size(), "across from the best trial, ");
  }
  return found;
}

double GpSampler::share() const {
  return std::min(1.0, 20.0 / static_cast<double>(map_.varying().size()));
}

gp::Proposals GpSampler::proposals(Turn& turn,
                                   const gp::Wanted& wanted,
                                   const gp::Points& centres,
                                   const gp::Region& region) {
  const gp::Points spread = candidates_.spread(options_.candidates, region, turn.random);
  const gp::Points around = candidates_.around(centres, options_.sprayed, share(), turn.random);
  gp::Points all(spread.rows() + around.rows() + centres.rows(), spread.cols());
  all << around, centres, spread;
  return optimizer_.maximise(*wanted.acquisition, all, wanted.weights, region, turn.random);
}

std::optional<Suggestion> GpSampler::suggest_nearby(Turn& turn, const gp::Wanted& wanted) {
  const Index centres = std::min(kCentres, wanted.best.rows());
  const auto which = static_cast<Index>(turn.random.below(static_cast<std::uint64_t>(centres)));
  const gp::Points centre = wanted.best.row(which);
  const double length = kLongest * std::exp2(-kHalvings * turn.random.uniform());
  const gp::Region box = gp::around(map_, centre.row(0), wanted.weights, length);
  std::optional<Suggestion> found =
      first_untried(turn, wanted, proposals(turn, wanted, centre, box));
  if (found) {
    found->reason.insert(std::string("gp: ").size(), "near one of the best trials, ");
  }
  return found;
}

// As if there were nothing else: beside the values of all trials its own might look alike.
std::optional<gp::Wanted> GpSampler::learn_branch(const Turn& turn, const gp::Branch& branch) {
  const auto inside = [&](const Configuration& one) {
    return one.values.size() == space_.size() && one.active(branch.parameter) &&
           level_of(space_[branch.parameter], one.values[branch.parameter]) == branch.level;
  };
  std::vector<Observation> own;
  for (const Observation& one : turn.request.history.observations()) {
    if (inside(one.configuration)) {
      own.push_back(one);
    }
  }
  ObservationTable table(space_);
  table.read(own);
  gp::JointModel& model =
      branches_.try_emplace({branch.parameter, branch.level}, map_, options_.model).first->second;
  std::optional<gp::Wanted> wanted = model.train(table, {turn.request.seed, turn.request.expired});
  Random random(turn.request.seed, turn.index ^ 0x6272616eULL);
  for (const Configuration& one : turn.pending) {
    if (wanted && inside(one)) {
      imagine(*wanted, one, false, random);
    }
  }
  return wanted;
}

std::optional<Suggestion> GpSampler::first_of_branch(Turn& turn,
                                                     const gp::Wanted& wanted,
                                                     const gp::Branch& branch) {
  const gp::Points drawn = candidates_.switched(
      candidates_.spread(options_.candidates, gp::everywhere(map_), turn.random),
      branch.parameter,
      branch.level,
      turn.random);
  std::optional<Suggestion> found =
      first_untried(turn, wanted, {drawn, wanted.acquisition->values(map_.features(drawn))});
  if (found) {
    found->reason =
        "gp: with another " + space_[branch.parameter].name + ", of which no trial is complete";
  }
  return found;
}

std::optional<Suggestion> GpSampler::best_of_branch(Turn& turn, const gp::Branch& branch) {
  const std::optional<gp::Wanted> own = learn_branch(turn, branch);
  if (!own) {
    return std::nullopt;
  }
  // At first the branch is learnt, then it has to be better than all others.
  if (branch.trials >= initial_ + initial_ / 2) {
    const gp::OutputTransform& transform = own->targets.front().transform;
    own->improvement->demand(transform(branch.best) - transform(lowest(table_)));
  }
  const gp::Points spread = candidates_.spread(options_.candidates, own->region, turn.random);
  const gp::Points around = candidates_.around(own->best, options_.sprayed, share(), turn.random);
  gp::Points all(spread.rows() + around.rows() + own->best.rows(), spread.cols());
  all << around, own->best, spread;
  all = candidates_.switched(std::move(all), branch.parameter, branch.level, turn.random);
  const gp::WithinBranch acquisition(
      *own->acquisition, map_, branch, map_.features(own->best).row(0));
  const gp::Proposals proposed =
      optimizer_.maximise(acquisition, all, own->weights, own->region, turn.random);
  if (proposed.values(0) < options_.enough) {
    return std::nullopt;
  }
  std::optional<Suggestion> found = first_untried(turn, *own, proposed);
  if (found) {
    found->reason.insert(std::string("gp: ").size(),
                         "with another " + space_[branch.parameter].name + ", ");
  }
  return found;
}

std::optional<Suggestion> GpSampler::suggest_in_branch(Turn& turn, const gp::Wanted& wanted) {
  std::vector<gp::Branch> branches =
      gp::other_branches(table_, space_, wanted.best.row(0), initial_);
  branches.resize(std::min(branches.size(), kBranches));
  for (const gp::Branch& branch : branches) {
    std::optional<Suggestion> found =
        branch.trials == 0 ? first_of_branch(turn, wanted, branch) : best_of_branch(turn, branch);
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Suggestion> GpSampler::suggest_by_model(Turn& turn, const gp::Wanted& wanted) {
  if (turn.crowded && wanted.improvement != nullptr && turn.random.uniform() < options_.nearby) {
    return suggest_nearby(turn, wanted);
  }
  gp::Proposals found = proposals(turn, wanted, wanted.best, wanted.region);
  if (turn.crowded || turn.index % 2 != 0) {
    return first_untried(turn, wanted, found);
  }
  const double late = static_cast<double>(wanted.stagnant) - options_.patience;
  if (found.values(0) < options_.enough) {
    std::optional<Suggestion> elsewhere;
    if (space_.conditional() && table_.plain() && late > 0) {
      elsewhere = suggest_in_branch(turn, wanted);
    }
    if (!elsewhere) {
      elsewhere = suggest_across(turn, wanted);
    }
    if (elsewhere) {
      return elsewhere;
    }
  } else if (wanted.improvement != nullptr && late > 0) {
    wanted.improvement->demand(std::min(options_.impatience * late, options_.most_demanded));
    found = proposals(turn, wanted, wanted.best, wanted.region);
    wanted.improvement->demand(0);
  }
  return first_untried(turn, wanted, found);
}

std::optional<gp::Wanted> GpSampler::learn(const Request& request) {
  std::optional<gp::Wanted> wanted = model_.train(table_, {request.seed, request.expired});
  Random random(request.seed, request.index ^ 0x70656e64ULL);
  for (std::size_t k = 0; wanted && k < request.pending.size() && !expired(request); ++k) {
    imagine(*wanted, request.pending[k], crowded(request), random);
  }
  return wanted;
}

std::vector<Suggestion> GpSampler::suggest(const Request& request) {
  table_.read(request.history);
  std::vector<Configuration> pending = request.pending;
  SeenConfigurations pending_seen;
  for (const Configuration& one : pending) {
    pending_seen.add(one);
  }
  model_.inherit(request.history.prior(), {request.seed, request.expired});
  const bool learnt = table_.size() >= initial(request) && !map_.varying().empty();
  std::optional<gp::Wanted> wanted;
  if (learnt && request.count > 0) {
    wanted = learn(request);
  }
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    Turn turn{request, index, pending, pending_seen, Random(request.seed, index), crowded(request)};
    std::optional<Suggestion> suggestion;
    if (learnt && expired(request)) {
      suggestion = suggest_cheaply(turn);
    } else if (!wanted) {
      suggestion = suggest_initial(turn);
    } else if (!(suggestion = suggest_by_model(turn, *wanted))) {
      suggestion = suggest_untried(turn, "what the model proposes was tried or is forbidden");
    }
    if (suggestion->configuration.values.size() != space_.size()) {
      break;  // every configuration is forbidden
    }
    pending.push_back(suggestion->configuration);
    pending_seen.add(suggestion->configuration);
    if (wanted && i + 1 < request.count && !expired(request)) {
      imagine(*wanted, suggestion->configuration, turn.crowded, turn.random);
    }
    suggestions.push_back(*std::move(suggestion));
  }
  return suggestions;
}

}  // namespace automl::search
