// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/tpe.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "search/space_encoding.hpp"

namespace automl::search {

namespace {

constexpr std::size_t kFiniteLimit = 100'000;
constexpr int kProposals = 16;

bool same(const std::vector<Comparison>& a, const std::vector<Comparison>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Comparison& x, const Comparison& y) {
        return x.parameter == y.parameter && x.relation == y.relation && x.operands == y.operands;
      });
}

// Complete trials by value, then pruned ones; failed ones last.
double rank_value(const Observation& observation) {
  switch (observation.status) {
    case Status::kComplete:
      return std::isnan(observation.value) ? std::numeric_limits<double>::infinity()
                                           : observation.value;
    case Status::kPruned:
      return std::numeric_limits<double>::max();
    default:
      return std::numeric_limits<double>::infinity();
  }
}

}  // namespace

TpeSampler::TpeSampler(const SearchSpace& space, TpeOptions options)
    : space_(space),
      options_(options),
      finite_(space.cardinality(kFiniteLimit).has_value()),
      sobol_(space) {
  for (const std::size_t i : space.order()) {
    const auto known =
        std::find_if(groups_.begin(), groups_.end(), [&space, i](const Group& group) {
          return same(group.conditions, space[i].conditions);
        });
    if (known == groups_.end()) {
      groups_.push_back({{i}, space[i].conditions});
    } else {
      known->parameters.push_back(i);
    }
  }
}

void TpeSampler::read(const History& history) {
  const std::vector<Observation>& observations = history.observations();
  const bool continues =
      trials_.size() <= observations.size() &&
      (trials_.empty() || observations[trials_.size() - 1].trial == trials_.back());
  if (!continues) {
    rows_.clear();
    trials_.clear();
    seen_ = SeenConfigurations();
  }
  for (std::size_t i = trials_.size(); i < observations.size(); ++i) {
    rows_.push_back(encode(space_, observations[i].configuration));
    trials_.push_back(observations[i].trial);
    if (finite_) {
      seen_.add(observations[i].configuration);
    }
  }
}

TpeSampler::Split TpeSampler::split(const History& history) const {
  const std::vector<Observation>& observations = history.observations();
  std::vector<std::pair<double, std::size_t>> ranked;
  ranked.reserve(observations.size());
  std::size_t usable = 0;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    ranked.emplace_back(rank_value(observations[i]), i);
    usable += observations[i].status == Status::kFailed ? 0 : 1;
  }
  const auto by_value = [&observations](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first
                              : observations[a.second].trial < observations[b.second].trial;
  };
  const auto wanted = static_cast<std::size_t>(
      std::ceil(options_.gamma * static_cast<double>(observations.size())));
  const std::size_t good = std::min({wanted, static_cast<std::size_t>(options_.most_good), usable});
  std::nth_element(
      ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(good), ranked.end(), by_value);
  Split result;
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    (k < good ? result.good : result.bad).push_back(ranked[k].second);
  }
  // The order in which trials ended must not matter.
  const auto by_trial = [this](std::size_t a, std::size_t b) { return trials_[a] < trials_[b]; };
  std::sort(result.good.begin(), result.good.end(), by_trial);
  std::sort(result.bad.begin(), result.bad.end(), by_trial);
  return result;
}

double TpeSampler::propose_group(const Group& group,
                                 const Split& split,
                                 const std::vector<std::vector<double>>& liars,
                                 Random& random,
                                 std::vector<double>& unit) {
  const std::size_t witness = group.parameters.front();
  std::vector<const std::vector<double>*> good;
  std::vector<const std::vector<double>*> bad;
  const auto collect = [witness](const std::vector<double>& row, auto& into) {
    if (!std::isnan(row[witness])) {
      into.push_back(&row);
    }
  };
  for (const std::size_t row : split.good) {
    collect(rows_[row], good);
  }
  for (const std::size_t row : split.bad) {
    collect(rows_[row], bad);
  }
  for (const std::vector<double>& liar : liars) {
    collect(liar, bad);
  }
  const ParzenEstimator below(space_, group.parameters, good);
  const ParzenEstimator above(space_, group.parameters, bad);
  Eigen::MatrixXd candidates(static_cast<Eigen::Index>(group.parameters.size()),
                             options_.candidates);
  for (Eigen::Index c = 0; c < candidates.cols(); ++c) {
    candidates.col(c) = below.sample(random);
  }
  const Eigen::ArrayXd ratio = below.log_density(candidates) - above.log_density(candidates);
  Eigen::Index best = 0;
  const double log_ratio = ratio.maxCoeff(&best);
  for (std::size_t k = 0; k < group.parameters.size(); ++k) {
    unit[group.parameters[k]] = candidates(static_cast<Eigen::Index>(k), best);
  }
  return log_ratio;
}

TpeSampler::Proposal TpeSampler::propose(const Split& split,
                                         const std::vector<std::vector<double>>& liars,
                                         Random& random) {
  std::vector<double> unit(space_.size(), kInactive);
  Proposal proposal;
  proposal.configuration.values.assign(space_.size(), kInactive);
  for (const Group& group : groups_) {
    const bool active = std::all_of(
        group.conditions.begin(), group.conditions.end(), [&proposal](const Comparison& one) {
          return one.holds(proposal.configuration);
        });
    if (!active) {
      continue;
    }
    proposal.log_ratio += propose_group(group, split, liars, random, unit);
    for (const std::size_t i : group.parameters) {
      proposal.configuration.values[i] = decode(space_[i], unit[i]);
    }
  }
  proposal.configuration = space_.repair(std::move(proposal.configuration));
  return proposal;
}

Suggestion TpeSampler::initial_point(const Request& request, std::uint64_t index) {
  Request one{request.history, request.pending, index, request.seed, 1};
  std::vector<Suggestion> suggestions = sobol_.suggest(one);
  if (suggestions.empty()) {
    return {};
  }
  suggestions.front().reason = "tpe: initial " + suggestions.front().reason;
  return std::move(suggestions.front());
}

Suggestion TpeSampler::suggest_one(const Request& request,
                                   const Split& split,
                                   const std::vector<std::vector<double>>& liars,
                                   std::uint64_t index) {
  if (rows_.size() < static_cast<std::size_t>(options_.initial) || split.good.empty()) {
    return initial_point(request, index);
  }
  Random random(request.seed, index);
  const auto met = [this, &request](const Configuration& one) {
    return finite_ &&
           (seen_.contains(one) || std::find(request.pending.begin(), request.pending.end(), one) !=
                                       request.pending.end());
  };
  std::optional<Proposal> fallback;
  for (int i = 0; i < kProposals; ++i) {
    Proposal proposal = propose(split, liars, random);
    if (!space_.allowed(proposal.configuration)) {
      continue;
    }
    if (!met(proposal.configuration)) {
      char text[96];
      std::snprintf(text,
                    sizeof text,
                    "tpe: log density ratio %.3g of good %zu to other %zu",
                    proposal.log_ratio,
                    split.good.size(),
                    split.bad.size());
      return {std::move(proposal.configuration), text};
    }
    fallback = std::move(proposal);
  }
  auto drawn = draw_allowed(space_, random, 100, [&] { return draw_uniform(space_, random); });
  for (int i = 0; drawn && met(*drawn) && i < 1'000; ++i) {
    drawn = draw_allowed(space_, random, 100, [&] { return draw_uniform(space_, random); });
  }
  if (!drawn) {
    return {};
  }
  return {*std::move(drawn),
          fallback ? "tpe: its proposals were all tried before, a random one instead"
                   : "tpe: its proposals were all forbidden, a random one instead"};
}

std::vector<Suggestion> TpeSampler::suggest(const Request& request) {
  read(request.history);
  const Split halves = split(request.history);
  std::vector<std::vector<double>> liars;
  for (const Configuration& pending : request.pending) {
    liars.push_back(encode(space_, pending));
  }
  std::vector<Configuration> pending = request.pending;
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    const Request one{request.history, pending, index, request.seed, 1};
    Suggestion suggestion = suggest_one(one, halves, liars, index);
    if (suggestion.configuration.values.empty()) {
      break;  // every configuration is forbidden
    }
    pending.push_back(suggestion.configuration);
    liars.push_back(encode(space_, suggestion.configuration));
    suggestions.push_back(std::move(suggestion));
  }
  return suggestions;
}

}  // namespace automl::search
