// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/cmaes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "search/levels.hpp"
#include "search/ranking.hpp"
#include "search/samplers/uniform.hpp"
#include "search/samplers/untried.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {

namespace {

constexpr int kTries = 64;  // draws before a configuration met before is replaced by another one
constexpr std::uint64_t kRestartStream = 1ULL << 62;

std::uint64_t mixed(std::uint64_t digest, std::uint64_t word) {
  return Random(digest, word).bits();
}

std::uint64_t digest_of(std::uint64_t before, const Observation& observation) {
  std::uint64_t digest = mixed(before, ConfigurationHash()(observation.configuration));
  digest = mixed(digest, static_cast<std::uint64_t>(observation.status));
  digest = mixed(digest, std::bit_cast<std::uint64_t>(observation.value));
  for (const double excess : observation.constraints) {
    digest = mixed(digest, std::bit_cast<std::uint64_t>(excess));
  }
  return mixed(digest, static_cast<std::uint64_t>(observation.trial));
}

// z with P(|Z| > z) = p for a standard normal Z, by bisection.
double two_sided_quantile(double p) {
  double low = 0;
  double high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (std::erfc(middle / std::sqrt(2.0)) > p ? low : high) = middle;
  }
  return low;
}

}  // namespace

CmaesSampler::CmaesSampler(const SearchSpace& space, CmaesOptions options)
    : space_(space), options_(options) {
  for (const std::size_t i : space.order()) {
    if (levels(space[i]) == 1) {
      continue;
    }
    Axis axis(space, i);
    (axis.type == Axis::Type::kCategory ? categories_ : numbers_).push_back(axis);
  }
}

CmaesSampler::State CmaesSampler::fresh(int restarts, std::uint64_t seed) const {
  const auto n = static_cast<Eigen::Index>(numbers_.size());
  const auto all = static_cast<double>(numbers_.size() + categories_.size());
  int population = options_.population;
  if (population == 0) {
    population = 4 + static_cast<int>(3 * std::log(std::max(all, 1.0)));
  }
  population <<= std::min(restarts, 10);
  // The first search starts at the defaults, later ones anywhere.
  Eigen::VectorXd mean(n);
  Random random(seed, kRestartStream + static_cast<std::uint64_t>(restarts));
  for (Eigen::Index i = 0; i < n; ++i) {
    const Parameter& parameter = space_[numbers_[static_cast<std::size_t>(i)].parameter];
    mean(i) = restarts > 0              ? random.uniform()
              : parameter.default_value ? encode(parameter, *parameter.default_value)
                                        : 0.5;
  }
  State state{CovarianceAdaptation(std::move(mean), options_.step, population)};
  state.restarts = restarts;
  for (const Axis& axis : categories_) {
    const auto count = static_cast<Eigen::Index>(axis.cells);
    state.categories.push_back(Eigen::VectorXd::Constant(count, 1.0 / static_cast<double>(count)));
  }
  return state;
}

void CmaesSampler::learn(State& state, const std::vector<const Observation*>& generation) const {
  const std::vector<std::size_t> order = best_first(generation);
  const auto population = static_cast<Eigen::Index>(generation.size());
  const auto coordinate = [&](Eigen::Index rank, const Axis& axis) {
    const Observation& one = *generation[order[static_cast<std::size_t>(rank)]];
    const double native = one.configuration.values[axis.parameter];
    return std::isnan(native) ? native : encode(*axis.definition, native);
  };
  if (!numbers_.empty()) {
    Eigen::MatrixXd points(static_cast<Eigen::Index>(numbers_.size()), population);
    for (Eigen::Index rank = 0; rank < population; ++rank) {
      for (std::size_t a = 0; a < numbers_.size(); ++a) {
        points(static_cast<Eigen::Index>(a), rank) = coordinate(rank, numbers_[a]);
      }
    }
    state.shape.update(points);
  }
  for (std::size_t a = 0; a < categories_.size(); ++a) {
    Eigen::VectorXd& probabilities = state.categories[a];
    const auto cells = static_cast<double>(probabilities.size());
    const double effective = state.shape.effective();
    const double rate = effective / (effective + cells);
    for (Eigen::Index rank = 0; rank < population / 2; ++rank) {
      const double unit = coordinate(rank, categories_[a]);
      const double share = rate * state.shape.weights()(rank);
      if (!std::isnan(unit)) {
        probabilities *= 1 - share;
        probabilities(static_cast<Eigen::Index>(categories_[a].cell(unit))) += share;
      }
    }
    const double least = 1 / (static_cast<double>(population) * cells);
    probabilities = probabilities.cwiseMax(least);
    probabilities /= probabilities.sum();
  }
  const Observation& best = *generation[order.front()];
  if (best.status == Status::kComplete && (!state.best || best.value < *state.best)) {
    state.best = best.value;
    state.best_at = state.shape.generation();
  }
}

bool CmaesSampler::stagnates(const State& state) const {
  const double patience = 20 + 30.0 * static_cast<double>(numbers_.size()) /
                                   static_cast<double>(state.shape.population());
  return static_cast<double>(state.shape.generation() - state.best_at) > patience;
}

void CmaesSampler::read(const Request& request) {
  const std::vector<Observation>& all = request.history.observations();
  if (state_) {
    std::uint64_t digest = 0;
    for (std::size_t i = 0; i < std::min(state_->used, all.size()); ++i) {
      digest = digest_of(digest, all[i]);
    }
    if (seed_ != request.seed || state_->used > all.size() || digest != state_->digest) {
      state_.reset();
    }
  }
  if (!state_) {
    seed_ = request.seed;
    state_ = fresh(0, seed_);
  }
  for (;;) {
    const auto population = static_cast<std::size_t>(state_->shape.population());
    if (all.size() - state_->used < population) {
      return;
    }
    std::vector<const Observation*> generation;
    for (; generation.size() < population; ++state_->used) {
      generation.push_back(&all[state_->used]);
      state_->digest = digest_of(state_->digest, all[state_->used]);
    }
    learn(*state_, generation);
    if (!numbers_.empty() && (state_->shape.exhausted() || stagnates(*state_))) {
      State next = fresh(state_->restarts + 1, seed_);
      next.used = state_->used;
      next.digest = state_->digest;
      state_ = std::move(next);
    }
  }
}

Eigen::VectorXd CmaesSampler::margins(const State& state) const {
  const auto n = static_cast<Eigen::Index>(numbers_.size());
  Eigen::VectorXd least = Eigen::VectorXd::Zero(n);
  const double leaving = 1.0 / (static_cast<double>(std::max<Eigen::Index>(n, 1)) *
                                static_cast<double>(state.shape.population()));
  const double quantile = two_sided_quantile(std::min(0.5, 2 * leaving));
  for (Eigen::Index i = 0; i < n; ++i) {
    const Axis& axis = numbers_[static_cast<std::size_t>(i)];
    if (axis.type == Axis::Type::kCells) {
      const double mean = state.shape.mean()(i);
      const std::size_t cell = axis.cell(mean);
      // The nearest edge behind which there is another cell.
      const double down = cell > 0 ? mean - axis.cell_low(cell) : 1;
      const double up = cell + 1 < axis.cells ? axis.cell_high(cell) - mean : 1;
      least(i) = std::min(down, up) / quantile;
    }
  }
  return least;
}

Configuration CmaesSampler::draw(const State& state, Random& random) const {
  Configuration configuration{std::vector<double>(space_.size(), kInactive)};
  if (!numbers_.empty()) {
    const Eigen::VectorXd point = state.shape.sample(random, margins(state));
    for (std::size_t a = 0; a < numbers_.size(); ++a) {
      configuration.values[numbers_[a].parameter] =
          decode(*numbers_[a].definition, point(static_cast<Eigen::Index>(a)));
    }
  }
  for (std::size_t a = 0; a < categories_.size(); ++a) {
    const Eigen::VectorXd& probabilities = state.categories[a];
    double left = random.uniform();
    Eigen::Index chosen = 0;
    while (chosen + 1 < probabilities.size() && left >= probabilities(chosen)) {
      left -= probabilities(chosen++);
    }
    configuration.values[categories_[a].parameter] =
        level_value(*categories_[a].definition, static_cast<std::size_t>(chosen));
  }
  return space_.repair(std::move(configuration));
}

std::optional<Suggestion> CmaesSampler::fall_back(Random& random,
                                                  const SeenConfigurations& seen) const {
  auto other =
      draw_untried(space_, random, [&](const Configuration& one) { return seen.contains(one); });
  if (!other) {
    return std::nullopt;  // every configuration is forbidden
  }
  return Suggestion{std::move(other->configuration),
                    other->found == Untried::Found::kNone
                        ? "cmaes: every configuration has been tried"
                        : "cmaes: its draws were all tried or forbidden, so a random one"};
}

std::vector<Suggestion> CmaesSampler::suggest(const Request& request) {
  read(request);
  SeenConfigurations seen = seen_in(request);
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    Random random(request.seed, index);
    std::optional<Suggestion> suggestion;
    if (index == 0 && space_.allowed(space_.defaults()) && !seen.contains(space_.defaults())) {
      suggestion = {space_.defaults(), "cmaes: the default configuration first"};
    }
    for (int tries = 0; tries < kTries && !suggestion; ++tries) {
      Configuration configuration = draw(*state_, random);
      if (space_.allowed(configuration) && !seen.contains(configuration)) {
        suggestion = {std::move(configuration),
                      "cmaes: generation " + std::to_string(state_->shape.generation() + 1) +
                          " of " + std::to_string(state_->shape.population()) +
                          (state_->restarts > 0 ? ", restart " + std::to_string(state_->restarts)
                                                : std::string())};
      }
    }
    if (!suggestion) {
      suggestion = fall_back(random, seen);
    }
    if (!suggestion) {
      break;  // every configuration is forbidden
    }
    seen.add(suggestion->configuration);
    suggestions.push_back(*std::move(suggestion));
  }
  return suggestions;
}

}  // namespace automl::search
