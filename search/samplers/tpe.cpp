// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/tpe.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <tuple>

#include "search/levels.hpp"
#include "search/prior_tasks.hpp"
#include "search/samplers/neighbour_ranks.hpp"
#include "search/samplers/untried.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

// What an earlier task that ranks as this one does weighs in the densities, in trials.
constexpr double kGoodTotal = 3;
constexpr double kBadTotal = 10;
constexpr std::size_t kMostGood = 10;
constexpr std::size_t kInherited = 3;  // trials of earlier tasks to begin with
constexpr double kNothing = 1e-3;

constexpr int kRounds = 4;  // fresh sets of candidates before giving up on the model

bool same(const std::vector<Comparison>& a, const std::vector<Comparison>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::tie(x.parameter, x.relation, x.operands) ==
           std::tie(y.parameter, y.relation, y.operands);
  });
}

std::string three_digits(double value) {
  std::array<char, 48> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 3);
  return {text.data(), end.ptr};
}

// Complete trials rank before pruned ones; failed ones never count as good.
int rank_class(Status status) {
  return status == Status::kComplete ? 0 : status == Status::kPruned ? 1 : 2;
}

}  // namespace

TpeSampler::TpeSampler(const SearchSpace& space, TpeOptions options)
    : space_(space), options_(options), sobol_(space), table_(space) {
  for (const std::size_t i : space.order()) {
    auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& known) {
      return same(known.conditions, space[i].conditions);
    });
    if (group == groups_.end()) {
      groups_.push_back({{}, space[i].conditions, i});
      group = groups_.end() - 1;
    }
    if (levels(space[i]) != 1) {
      group->axes.emplace_back(space, i);
    }
  }
}

TpeSampler::Split TpeSampler::split(const ObservationTable& table, const Group& group) const {
  // With constraints or several objectives the places in the ranking decide.
  const auto key = [&](std::size_t row) {
    const double value = table.plain() ? table.value(row) : static_cast<double>(table.place(row));
    return std::tuple(rank_class(table.status(row)), value, table.trial(row), row);
  };
  const auto better = [&](std::size_t a, std::size_t b) { return key(a) < key(b); };
  std::vector<std::size_t> active;
  std::vector<std::size_t> ranked;  // without the failed ones, whose values may be NaN
  active.reserve(table.size());
  ranked.reserve(table.size());
  for (const std::size_t row : table.order()) {
    if (!std::isnan(table.unit(row, group.witness))) {
      active.push_back(row);
      if (table.status(row) != Status::kFailed) {
        ranked.push_back(row);
      }
    }
  }
  const auto share =
      static_cast<std::size_t>(std::ceil(options_.gamma * static_cast<double>(ranked.size())));
  const std::size_t count =
      std::min({share, static_cast<std::size_t>(options_.most_good), ranked.size()});
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(ranked.begin(), end, ranked.end(), better);
  std::sort(ranked.begin(), end, better);
  Split result;
  result.good.assign(ranked.begin(), end);
  std::vector<bool> good(table.size(), false);
  for (const std::size_t row : result.good) {
    good[row] = true;
  }
  result.bad.reserve(active.size() - count);
  for (const std::size_t row : active) {
    if (!good[row]) {
      result.bad.push_back(row);
    }
  }
  return result;
}

std::vector<std::vector<double>> TpeSampler::liars(const Turn& turn, const Group& group) const {
  std::vector<std::vector<double>> points;
  for (const Configuration& pending : turn.pending) {
    if (pending.values.size() != space_.size() || !pending.active(group.witness)) {
      continue;
    }
    points.emplace_back();
    for (const Axis& axis : group.axes) {
      points.back().push_back(encode(space_[axis.parameter], pending.values[axis.parameter]));
    }
  }
  // The order in which they started must not matter either.
  std::sort(points.begin(), points.end());
  return points;
}

Eigen::ArrayXXd TpeSampler::coordinates(const Group& group,
                                        const std::vector<std::size_t>& rows,
                                        const std::vector<std::vector<double>>& more) const {
  Eigen::ArrayXXd points(static_cast<Eigen::Index>(rows.size() + more.size()),
                         static_cast<Eigen::Index>(group.axes.size()));
  for (std::size_t a = 0; a < group.axes.size(); ++a) {
    auto column = points.col(static_cast<Eigen::Index>(a));
    Eigen::Index i = 0;
    for (const std::size_t row : rows) {
      column(i++) = table_.unit(row, group.axes[a].parameter);
    }
    for (const std::vector<double>& point : more) {
      column(i++) = point[a];
    }
  }
  return points;
}

const TpeSampler::GroupModel& TpeSampler::model(Turn& turn, std::size_t which) const {
  std::optional<GroupModel>& slot = turn.models[which];
  if (slot) {
    return *slot;
  }
  const Group& group = groups_[which];
  const Split halves = split(table_, group);
  Inherited more_good;
  Inherited more_bad;
  more_bad.points = liars(turn, group);
  more_bad.weights.assign(more_bad.points.size(), 1);
  inherit(group, more_good, more_bad);
  Eigen::ArrayXXd good = coordinates(group, halves.good, more_good.points);
  Eigen::ArrayXXd bad = coordinates(group, halves.bad, more_bad.points);
  // The better a good trial, the heavier: linear in its rank, 1 on average.
  const auto n = static_cast<double>(halves.good.size());
  Eigen::ArrayXd good_weights(good.rows());
  for (std::size_t rank = 0; rank < halves.good.size(); ++rank) {
    good_weights(static_cast<Eigen::Index>(rank)) = 2 * (n - static_cast<double>(rank)) / (n + 1);
  }
  std::copy(more_good.weights.begin(),
            more_good.weights.end(),
            good_weights.begin() + static_cast<std::ptrdiff_t>(halves.good.size()));
  Eigen::ArrayXd bad_weights = Eigen::ArrayXd::Ones(bad.rows());
  std::copy(more_bad.weights.begin(),
            more_bad.weights.end(),
            bad_weights.begin() + static_cast<std::ptrdiff_t>(halves.bad.size()));
  slot.emplace(GroupModel{
      ParzenEstimator(group.axes, std::move(good), std::move(good_weights), options_.good),
      ParzenEstimator(group.axes, std::move(bad), std::move(bad_weights), options_.bad)});
  return *slot;
}

void TpeSampler::read_prior(const History& history) {
  prior_weights_.clear();
  priors_.resize(history.prior().size(), ObservationTable(space_));
  for (std::size_t t = 0; t < priors_.size(); ++t) {
    std::vector<Observation> known = history.prior()[t].observations;
    std::erase_if(known, [&](const Observation& one) { return !space_.valid(one.configuration); });
    priors_[t].read(known);
    prior_weights_.push_back(neighbour_weight(space_, priors_[t], table_));
  }
}

void TpeSampler::inherit(const Group& group, Inherited& good, Inherited& bad) const {
  const auto add = [&](const ObservationTable& table,
                       const std::vector<std::size_t>& rows,
                       std::size_t most,
                       double total,
                       Inherited& kernels) {
    const std::size_t count = std::min(most, rows.size());
    for (std::size_t k = 0; k < count; ++k) {
      std::vector<double>& point = kernels.points.emplace_back();
      for (const Axis& axis : group.axes) {
        point.push_back(table.unit(rows[k], axis.parameter));
      }
      kernels.weights.push_back(std::min(1.0, total / static_cast<double>(count)));
    }
  };
  for (std::size_t t = 0; t < priors_.size(); ++t) {
    if (prior_weights_[t] > kNothing) {
      const Split halves = split(priors_[t], group);
      add(priors_[t], halves.good, kMostGood, kGoodTotal * prior_weights_[t], good);
      add(priors_[t], halves.bad, halves.bad.size(), kBadTotal * prior_weights_[t], bad);
    }
  }
}

TpeSampler::Candidates TpeSampler::candidates(Turn& turn, std::size_t which) const {
  const GroupModel& densities = model(turn, which);
  const auto count = static_cast<Eigen::Index>(options_.candidates);
  Eigen::ArrayXXd points(count, static_cast<Eigen::Index>(groups_[which].axes.size()));
  for (Eigen::Index c = 0; c < count; ++c) {
    points.row(c) = densities.good.sample(turn.random);
  }
  const Eigen::ArrayXd ratios =
      densities.good.log_density(points) - densities.bad.log_density(points);
  std::vector<Eigen::Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return ratios(a) > ratios(b);
  });
  Candidates result;
  for (const Eigen::Index c : order) {
    result.points.emplace_back(points.row(c));
    result.scores.push_back(ratios(c));
  }
  return result;
}

Configuration TpeSampler::compose(Turn& turn,
                                  const Candidates& first,
                                  std::size_t rank,
                                  double& score) const {
  Configuration configuration{std::vector<double>(space_.size(), kInactive)};
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    const bool active =
        std::all_of(group.conditions.begin(), group.conditions.end(), [&](const Comparison& one) {
          return one.holds(configuration);
        });
    if (!active || group.axes.empty()) {
      // Parameters with one value must be set before the conditions on them are looked at.
      configuration = space_.repair(std::move(configuration));
      continue;
    }
    const Candidates own = g == 0 ? Candidates() : candidates(turn, g);
    const Eigen::ArrayXd& point = g == 0 ? first.points[rank] : own.points.front();
    score += g == 0 ? first.scores[rank] : own.scores.front();
    for (std::size_t a = 0; a < group.axes.size(); ++a) {
      const std::size_t parameter = group.axes[a].parameter;
      configuration.values[parameter] =
          decode(space_[parameter], point(static_cast<Eigen::Index>(a)));
    }
  }
  return space_.repair(std::move(configuration));
}

bool TpeSampler::seen(const Turn& turn, const Configuration& configuration) const {
  return table_.seen().contains(configuration) || turn.pending_seen.contains(configuration);
}

std::optional<Suggestion> TpeSampler::suggest_by_model(Turn& turn) {
  for (int round = 0; round < kRounds; ++round) {
    const Candidates first = groups_[0].axes.empty() ? Candidates() : candidates(turn, 0);
    for (std::size_t rank = 0; rank < std::max<std::size_t>(first.points.size(), 1); ++rank) {
      double score = 0;
      Configuration configuration = compose(turn, first, rank, score);
      if (space_.allowed(configuration) && !seen(turn, configuration)) {
        return Suggestion{std::move(configuration),
                          "tpe: log density ratio " + three_digits(score) + " after " +
                              std::to_string(table_.size()) + " trials"};
      }
    }
  }
  return std::nullopt;
}

std::optional<Suggestion> TpeSampler::suggest_unseen(Turn& turn, const std::string& why) {
  std::optional<Untried> drawn =
      draw_untried(space_, turn.random, [&](const Configuration& one) { return seen(turn, one); });
  if (!drawn) {
    return std::nullopt;
  }
  const std::string how = drawn->found == Untried::Found::kDrawn ? why + ", so a random draw"
                          : drawn->found == Untried::Found::kLeft
                              ? why + ", so one of the few untried ones"
                              : "every configuration has been tried";
  return Suggestion{std::move(drawn->configuration), "tpe: " + how};
}

Suggestion TpeSampler::suggest_initial(Turn& turn) {
  for (Configuration& one : inherited_design(space_, turn.request.history.prior(), kInherited)) {
    if (!seen(turn, one)) {
      return {std::move(one), "tpe: among the best of earlier studies"};
    }
  }
  Configuration defaults = space_.defaults();
  if (turn.index == 0 && space_.allowed(defaults) && !seen(turn, defaults)) {
    return {std::move(defaults), "tpe: the default configuration first"};
  }
  std::vector<Suggestion> points =
      sobol_.suggest({turn.request.history, turn.pending, turn.index, turn.request.seed, 1});
  if (points.empty()) {
    return {};
  }
  if (seen(turn, points.front().configuration)) {
    std::optional<Suggestion> other = suggest_unseen(turn, "the initial point has been tried");
    return other ? *std::move(other) : Suggestion{};
  }
  points.front().reason = "tpe: initial " + points.front().reason;
  return std::move(points.front());
}

Suggestion TpeSampler::suggest_one(Turn& turn) {
  const auto initial = static_cast<std::size_t>(options_.initial);
  if (table_.size() < (priors_.empty() ? initial : std::min(initial, kInherited)) ||
      groups_.empty()) {
    return suggest_initial(turn);
  }
  std::optional<Suggestion> suggestion = suggest_by_model(turn);
  if (!suggestion) {
    suggestion = suggest_unseen(turn, "its candidates were all tried or forbidden");
  }
  return suggestion ? *std::move(suggestion) : Suggestion{};
}

std::vector<Suggestion> TpeSampler::suggest(const Request& request) {
  table_.read(request.history);
  read_prior(request.history);
  std::vector<Configuration> pending = request.pending;
  SeenConfigurations pending_seen;
  for (const Configuration& one : pending) {
    pending_seen.add(one);
  }
  std::vector<Suggestion> suggestions;
  for (int i = 0; i < request.count; ++i) {
    const std::uint64_t index = request.index + static_cast<std::uint64_t>(i);
    Turn turn{request, index, pending, pending_seen, Random(request.seed, index), {}};
    turn.models.resize(groups_.size());
    Suggestion suggestion = suggest_one(turn);
    if (suggestion.configuration.values.size() != space_.size()) {
      break;  // every configuration is forbidden
    }
    pending.push_back(suggestion.configuration);
    pending_seen.add(suggestion.configuration);
    suggestions.push_back(std::move(suggestion));
  }
  return suggestions;
}

}  // namespace automl::search
