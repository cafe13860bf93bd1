// SPDX-License-Identifier: Apache-2.0
#include "search/gp/model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/gp/prior_mean.hpp"
#include "search/gp/unit_points.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t kBest = 5;
constexpr std::size_t kManyTrials = 64;  // hyperparameters change little from fit to fit
// An improvement by this share of (typical - best) is a marked one.
constexpr double kMarked = 1e-5;
// Strong evidence for one of two models: log of the Bayes factor (Kass and Raftery, "Bayes
// factors", Journal of the American Statistical Association 90, 1995, section 3.2).
constexpr double kStrong = 3;

std::uint64_t mix(std::uint64_t digest, std::uint64_t word) {
  digest = (digest ^ word) * 0x9e3779b97f4a7c15ULL;
  return digest ^ (digest >> 29);
}

// Evenly over the ranks by target, the best fifth completely.
std::vector<Index> chosen_rows(const VectorXd& targets, std::size_t most) {
  std::vector<Index> order(static_cast<std::size_t>(targets.size()));
  std::iota(order.begin(), order.end(), 0);
  if (order.size() <= most) {
    return order;
  }
  std::stable_sort(
      order.begin(), order.end(), [&](Index a, Index b) { return targets(a) < targets(b); });
  const std::size_t sure = most / 3;
  std::vector<Index> result(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(sure));
  for (std::size_t k = 0; k < most - sure; ++k) {
    result.push_back(order[sure + k * (order.size() - sure) / (most - sure)]);
  }
  return result;
}

// The best of some rows, ties to the earlier one.
std::vector<Index> best_rows(const std::vector<std::size_t>& rows,
                             const VectorXd& targets,
                             std::size_t count) {
  std::vector<Index> order(rows.begin(), rows.end());
  count = std::min(count, order.size());
  std::partial_sort(
      order.begin(),
      order.begin() + static_cast<std::ptrdiff_t>(count),
      order.end(),
      [&](Index a, Index b) { return targets(a) != targets(b) ? targets(a) < targets(b) : a < b; });
  order.resize(count);
  return order;
}

Points rows_of(const Points& all, const std::vector<Index>& rows) {
  Points result(static_cast<Index>(rows.size()), all.cols());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    result.row(static_cast<Index>(k)) = all.row(rows[k]);
  }
  return result;
}

VectorXd entries_of(const VectorXd& all, const std::vector<Index>& rows) {
  VectorXd result(static_cast<Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    result(static_cast<Index>(k)) = all(rows[k]);
  }
  return result;
}

// Those of the first `rows` trials that are complete.
std::vector<double> complete_values(const ObservationTable& table,
                                    const Series& series,
                                    std::size_t rows) {
  std::vector<double> values;
  for (std::size_t row = 0; row < rows; ++row) {
    if (table.status(row) == Status::kComplete) {
      values.push_back(series.values[row]);
    }
  }
  return values;
}

// Learnt from `values`, those of the first `rows` trials that are complete; at least one.
OutputTransform transform_of(const std::vector<double>& values,
                             const Series& series,
                             OutputTransform::Kind kind,
                             std::size_t rows) {
  return series.worst_on_front.empty()
             ? OutputTransform(values, kind)
             : OutputTransform(values, kind, series.worst_on_front[rows - 1]);
}

}  // namespace

std::size_t next_fit(std::size_t rows, double growth) {
  const auto grown = static_cast<std::size_t>(static_cast<double>(rows) * growth);
  return rows + std::max<std::size_t>(1, grown);
}

void Model::forget_changed(const ObservationTable& table, const Series& series) {
  digests_.assign(1, 1 + (priors_ == nullptr ? 0 : priors_->digest()));
  for (std::size_t row = 0; row < table.size(); ++row) {
    std::uint64_t digest = mix(digests_.back(), static_cast<std::uint64_t>(table.status(row)));
    digest = mix(digest, std::bit_cast<std::uint64_t>(series.values[row]));
    if (!series.worst_on_front.empty()) {
      digest = mix(digest, std::bit_cast<std::uint64_t>(series.worst_on_front[row]));
    }
    for (std::size_t i = 0; i < map_->space().size(); ++i) {
      digest = mix(digest, std::bit_cast<std::uint64_t>(table.unit(row, i)));
    }
    digests_.push_back(digest);
  }
  std::erase_if(fits_, [&](const auto& fit) {
    return fit.first >= digests_.size() || fit.second.digest != digests_[fit.first];
  });
}

Model::Data Model::collect(const ObservationTable& table,
                           const Series& series,
                           std::size_t rows,
                           const OutputTransform& transform) const {
  Data data;
  data.unit = unit_points(table).topRows(static_cast<Index>(rows));
  data.targets.resize(static_cast<Index>(rows));
  double worst = 0;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto at = static_cast<Index>(row);
    if (table.status(row) == Status::kComplete) {
      data.targets(at) = transform(series.values[row]);
      data.complete.push_back(row);
      worst = std::max(worst, data.targets(at));
      best = std::min(best, data.targets(at));
    } else if (table.status(row) == Status::kPruned) {
      data.targets(at) = std::max(transform(series.values[row]), 0.0);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (table.status(row) == Status::kFailed) {
      // Worse than a success also when all successes are alike.
      data.targets(static_cast<Index>(row)) = std::max(worst, best + 1);
    }
  }
  data.features = map_->features(data.unit);
  return data;
}

const Model::Known* Model::newest(const ObservationTable& table,
                                  const Series& series,
                                  std::size_t rows,
                                  const Effort& effort) {
  std::optional<Hyperparameters> warm;
  const std::size_t first = options_.once ? rows : 1;
  for (std::size_t at = first;; at = next_fit(at, options_.growth)) {
    auto found = fits_.find(at);
    if (found == fits_.end()) {
      if (effort.expired && effort.expired()) {
        return nullptr;
      }
      found = fits_.emplace(at, fitted(table, series, at, warm, effort.seed)).first;
      found->second.digest = digests_[at];
    }
    if (next_fit(at, options_.growth) > rows) {
      return &found->second;
    }
    warm = found->second.hyperparameters.front();
  }
}

Model::Known Model::fitted(const ObservationTable& table,
                           const Series& series,
                           std::size_t rows,
                           const std::optional<Hyperparameters>& warm,
                           std::uint64_t seed) const {
  using Kind = OutputTransform::Kind;
  Known result = fitted_as(series.kind, table, series, rows, warm, seed);
  std::optional<Kind> other;
  double evidence = 0;
  if (series.kind == Kind::kObjective) {
    other = Kind::kFromBest;
    evidence = kStrong;
  } else if (series.kind == Kind::kConstraint && rows <= options_.linear_until) {
    other = Kind::kLinearConstraint;
  }
  if (other && std::isfinite(result.value)) {
    Known second = fitted_as(*other, table, series, rows, warm, seed);
    if (second.value < result.value - evidence) {
      return second;
    }
  }
  return result;
}

Model::Known Model::fitted_as(OutputTransform::Kind kind,
                              const ObservationTable& table,
                              const Series& series,
                              std::size_t rows,
                              const std::optional<Hyperparameters>& warm,
                              std::uint64_t seed) const {
  FitOptions how;
  how.rounds = options_.once || rows < kManyTrials ? options_.rounds : options_.late_rounds;
  how.warped = options_.warped && rows >= options_.warp_from;
  // Now and then look for another mode.
  how.afresh = rows == options_.warp_from || (std::has_single_bit(rows) && rows <= kManyTrials);
  how.sparse = rows <= options_.local_from;  // beyond, the trials decide
  Known result{kind, {prior_mode(*map_, options_.prior, how.warped)}};
  const std::vector<double> values = complete_values(table, series, rows);
  if (values.empty() || rows < options_.fit_from) {
    return result;
  }
  const OutputTransform transform = transform_of(values, series, kind, rows);
  const Data data = collect(table, series, rows, transform);
  const std::vector<Index> chosen =
      warm && rows > options_.local_from
          ? nearest_rows(data.features,
                         Scaling(*map_, *warm).weights(),
                         best_rows(data.complete, data.targets, 1).front(),
                         options_.fit_rows)
          : chosen_rows(data.targets, options_.fit_rows);
  VectorXd targets = data.targets;
  if (const auto mean = mean_function(data)) {
    targets -= mean->values(data.features);
  }
  MarginalLikelihood likelihood(
      *map_, rows_of(data.features, chosen), entries_of(targets, chosen), options_.prior);
  const Fit best = fit(*map_, likelihood, how, warm);
  result.hyperparameters = {best.hyperparameters};
  result.value = best.value;
  for (const Index row : chosen) {
    const auto at = static_cast<std::size_t>(row);
    if (table.status(at) == Status::kComplete) {
      result.value -= transform.log_slope(series.values[at]);
    }
  }
  if (options_.members > 1 && rows <= options_.members_until && std::isfinite(best.value)) {
    Random random(seed, 0x6770ULL + rows);
    for (Hyperparameters& one :
         sample(*map_, likelihood, best.hyperparameters, options_.members - 1, 4, random)) {
      result.hyperparameters.push_back(std::move(one));
    }
  }
  return result;
}

std::size_t Model::stagnant(const ObservationTable& table, const Series& series) {
  const double typical = typical_value(complete_values(table, series, table.size()));
  double marked = std::numeric_limits<double>::infinity();
  std::size_t since = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    ++since;
    if (table.status(row) == Status::kComplete &&
        (std::isinf(marked) || series.values[row] < marked - kMarked * (typical - marked))) {
      marked = series.values[row];
      since = 0;
    }
  }
  return since;
}

std::shared_ptr<const MeanFunction> Model::mean_function(const Data& data) const {
  if (priors_ == nullptr || priors_->empty()) {
    return nullptr;
  }
  const std::vector<Index> rows(data.complete.begin(), data.complete.end());
  return priors_->mean_for(rows_of(data.features, rows), entries_of(data.targets, rows));
}

void Model::condition(const Data& data,
                      const std::vector<Hyperparameters>& samples,
                      const std::shared_ptr<const MeanFunction>& mean,
                      Trained& trained) const {
  for (Hyperparameters h : samples) {
    std::optional<Surrogate> one;
    for (int tries = 0; !one && tries < 6; ++tries) {
      one = Surrogate::condition(
          *map_, h, data.features, data.targets, options_.prior.mean_variance, mean);
      h.log_noise = std::max(h.log_noise, -14.0) + 2;
    }
    if (one) {
      trained.surrogates.push_back(*std::move(one));
    }
  }
}

std::optional<Trained> Model::train(const ObservationTable& table,
                                    const Series& series,
                                    const Focus& focus,
                                    const Effort& effort) {
  forget_changed(table, series);
  const std::vector<double> values = complete_values(table, series, table.size());
  if (values.empty()) {
    return std::nullopt;
  }
  const Known* known = newest(table, series, table.size(), effort);
  if (known == nullptr) {
    return std::nullopt;
  }
  std::vector<Hyperparameters> samples = known->hyperparameters;
  for (Hyperparameters& one : samples) {
    one.log_lengthscale += std::log(effort.lengthscales);
  }
  const OutputTransform transform = transform_of(values, series, known->kind, table.size());
  Data data = collect(table, series, table.size(), transform);
  Trained trained{{},
                  transform,
                  Scaling(*map_, samples.front()).weights(),
                  {},
                  everywhere(*map_),
                  std::vector<Index>(table.size()),
                  stagnant(table, series)};
  std::iota(trained.rows.begin(), trained.rows.end(), 0);
  const std::shared_ptr<const MeanFunction> mean = mean_function(data);
  const std::vector<Index> ranked = best_rows(data.complete, data.targets, kBest);
  trained.best = rows_of(data.unit, ranked);
  if (table.size() > options_.local_from) {
    const double length = trust_length(trained.stagnant, 4 + map_->dimensions());
    const Index middle = focus.centre ? static_cast<Index>(*focus.centre) : ranked.front();
    trained.region = around(*map_, data.unit.row(middle), trained.weights, length);
    trained.rows = focus.rows != nullptr
                       ? *focus.rows
                       : nearest_rows(data.features, trained.weights, middle, options_.local_rows);
    data.features = rows_of(data.features, trained.rows);
    data.targets = entries_of(data.targets, trained.rows);
  }
  condition(data, samples, mean, trained);
  if (trained.surrogates.empty()) {
    return std::nullopt;
  }
  return trained;
}

}  // namespace automl::search::gp
