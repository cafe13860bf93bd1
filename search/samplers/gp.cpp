// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/gp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "search/digits.hpp"
#include "search/gp/scalarisation.hpp"
#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;

constexpr int kMostFronts = 8;    // scenarios with several objectives
constexpr Index kTried = 64;      // proposals looked at before giving up on the model
constexpr double kWidest = 0.6;   // side of a box around one of the best trials
constexpr double kHalvings = 2;   // at most, of that side
constexpr Index kCentres = 3;     // of such boxes
constexpr double kAcross = 0.15;  // of a crowd's suggestions
constexpr double kByBound = 0.7;  // of its others
// From so many objectives on every second suggestion goes by weights: with three, a bad trial at an
// end of the front adds more volume than a better one in its midst.
constexpr std::size_t kWeighted = 3;
// Log2 of the share of the lengthscales that one of many workers believes in.
constexpr double kShortest = -0.75;
constexpr double kLongest = 0.75;

gp::Points row_of(const SearchSpace& space, const Configuration& configuration) {
  const std::vector<double> unit = encode(space, configuration);
  gp::Points row(1, static_cast<Index>(unit.size()));
  std::copy(unit.begin(), unit.end(), row.data());
  return row;
}

bool expired(const Request& request) { return request.expired && request.expired(); }

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

std::optional<Suggestion> GpSampler::because(const std::string& why,
                                             std::optional<Suggestion> suggestion) {
  if (suggestion) {
    suggestion->reason.insert(std::string("gp: ").size(), why + ", ");
  }
  return suggestion;
}

Suggestion GpSampler::explained(Configuration configuration,
                                const gp::Wanted& wanted,
                                const gp::Points& point) const {
  using What = gp::Wanted::What;
  const gp::Points features = map_.features(point);
  Suggestion suggestion{std::move(configuration), "gp: "};
  suggestion.reason += wanted.what == What::kFeasibility   ? "no trial meets the constraints yet"
                       : wanted.what == What::kHypervolume ? "log expected hypervolume improvement "
                                                           : "log expected improvement ";
  if (wanted.what != What::kFeasibility) {
    suggestion.reason += digits(wanted.acquisition->values(features)(0));
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
      return explained(std::move(configuration), wanted, row);
    }
  }
  return std::nullopt;
}

double GpSampler::share() const {
  return std::min(1.0, 20.0 / static_cast<double>(map_.varying().size()));
}

gp::Proposals GpSampler::proposals(Turn& turn,
                                   const gp::Wanted& wanted,
                                   const gp::Acquisition& acquisition,
                                   const gp::Points& centres,
                                   const gp::Region& region) {
  const gp::Points spread = candidates_.spread(options_.candidates, region, turn.random);
  const gp::Points around = candidates_.around(centres, options_.sprayed, share(), turn.random);
  gp::Points all(spread.rows() + around.rows() + centres.rows(), spread.cols());
  all << around, centres, spread;
  return optimizer_.maximise(acquisition, all, wanted.weights, region, turn.random);
}

gp::Proposals GpSampler::proposals(Turn& turn, const gp::Wanted& wanted) {
  return proposals(turn, wanted, *wanted.acquisition, wanted.best, wanted.region);
}

std::optional<Suggestion> GpSampler::suggest_nearby(Turn& turn,
                                                    const gp::Wanted& wanted,
                                                    const gp::Acquisition& acquisition) {
  const Index centres = std::min(kCentres, wanted.best.rows());
  const auto which = static_cast<Index>(turn.random.below(static_cast<std::uint64_t>(centres)));
  const gp::Points centre = wanted.best.row(which);
  const double length = kWidest * std::exp2(-kHalvings * turn.random.uniform());
  const gp::Region box = gp::around(map_, centre.row(0), wanted.weights, length);
  return because("near one of the best trials",
                 first_untried(turn, wanted, proposals(turn, wanted, acquisition, centre, box)));
}

std::optional<Suggestion> GpSampler::suggest_in_crowd(Turn& turn, const gp::Wanted& wanted) {
  if (wanted.improvement != nullptr && turn.random.uniform() < kAcross) {
    if (std::optional<Suggestion> across = suggest_across(turn, wanted)) {
      return across;
    }
  }
  const bool nearby = wanted.improvement != nullptr && turn.random.uniform() < options_.nearby;
  const auto suggest_with = [&](const gp::Acquisition& acquisition) {
    return nearby ? suggest_nearby(turn, wanted, acquisition)
                  : first_untried(turn,
                                  wanted,
                                  proposals(turn, wanted, acquisition, wanted.best, wanted.region));
  };
  if (!table_.plain() || turn.random.uniform() >= kByBound) {
    return suggest_with(*wanted.acquisition);
  }
  const double deviations = -std::log1p(-turn.random.uniform());  // exponential, with mean 1
  return because("by the confidence bound of " + digits(deviations) + " deviations",
                 suggest_with(gp::ConfidenceBound(wanted.improvement->models(), deviations)));
}

std::optional<Suggestion> GpSampler::suggest_by_weights(Turn& turn, const gp::Wanted& wanted) {
  const std::vector<double> weights = gp::random_weights(table_.objectives(), turn.random);
  std::optional<gp::Wanted> weighted =
      model_.train_weighted(table_, weights, {turn.request.seed, turn.request.expired});
  if (!weighted) {
    return std::nullopt;
  }
  std::string why = "by the weights";
  for (const double weight : weights) {
    why += " " + digits(weight);
  }
  for (const Configuration& one : turn.pending) {
    imagine(*weighted, one, turn.crowded, turn.random);
  }
  return because(why, first_untried(turn, wanted, proposals(turn, *weighted)));
}

std::optional<Suggestion> GpSampler::suggest_by_model(Turn& turn, const gp::Wanted& wanted) {
  if (table_.objectives() >= kWeighted && turn.index % 2 == 0 &&
      wanted.what == gp::Wanted::What::kHypervolume) {
    if (std::optional<Suggestion> weighted = suggest_by_weights(turn, wanted)) {
      return weighted;
    }
  }
  if (turn.crowded) {
    return suggest_in_crowd(turn, wanted);
  }
  gp::Proposals found = proposals(turn, wanted);
  const double late = static_cast<double>(wanted.stagnant) - options_.patience;
  const bool met = wanted.what != gp::Wanted::What::kFeasibility;
  if (met && found.values(0) < options_.enough) {
    if (std::optional<Suggestion> elsewhere = suggest_elsewhere(turn, wanted, late > 0)) {
      return elsewhere;
    }
  } else if (turn.index % 2 == 0 && wanted.improvement != nullptr && late > 0) {
    wanted.improvement->demand(std::min(options_.impatience * late, options_.most_demanded));
    found = proposals(turn, wanted);
    wanted.improvement->demand(0);
  }
  return first_untried(turn, wanted, found);
}

std::optional<gp::Wanted> GpSampler::learn(const Request& request,
                                           const std::vector<Configuration>& pending,
                                           double lengthscales) {
  std::optional<gp::Wanted> wanted =
      model_.train(table_, {request.seed, request.expired, lengthscales});
  Random random(request.seed, request.index ^ 0x70656e64ULL);
  for (std::size_t k = 0; wanted && k < pending.size() && !expired(request); ++k) {
    imagine(*wanted, pending[k], crowded(request), random);
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
  const std::size_t alike = learnt ? on_plateau() : 0;
  std::optional<gp::Wanted> wanted;
  if (learnt && alike == 0 && request.count > 0) {
    // Many workers do not all believe the same.
    Random random(request.seed, request.index ^ 0x62656c66ULL);
    const bool doubtful = crowded(request) && table_.plain();
    const double share = doubtful ? std::exp2(random.uniform(kShortest, kLongest)) : 1;
    wanted = learn(request, pending, share);
  }
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    Turn turn{request, index, pending, pending_seen, Random(request.seed, index), crowded(request)};
    std::optional<Suggestion> suggestion;
    if (alike > 0) {
      suggestion = suggest_on_plateau(turn, alike);
    } else if (learnt && expired(request)) {
      suggestion = suggest_cheaply(turn, "no time left for the model, so ");
    } else if (!wanted) {
      suggestion = suggest_without_model(turn, "initial ");
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
