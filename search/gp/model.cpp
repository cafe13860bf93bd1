// SPDX-License-Identifier: Apache-2.0
#include "search/gp/model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t kEveryTrial = 40;  // fitted at each number of trials up to here
constexpr std::size_t kBest = 5;

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

}  // namespace

std::size_t fitted_at(std::size_t rows) {
  std::size_t at = std::min(rows, kEveryTrial);
  while (at >= kEveryTrial && at + at / 20 <= rows) {
    at += at / 20;
  }
  return at;
}

void Model::forget_changed(const ObservationTable& table) {
  digests_.assign(1, 1);
  for (std::size_t row = 0; row < table.size(); ++row) {
    std::uint64_t digest = mix(digests_.back(), static_cast<std::uint64_t>(table.status(row)));
    digest = mix(digest, std::bit_cast<std::uint64_t>(table.value(row)));
    for (std::size_t i = 0; i < map_->space().size(); ++i) {
      digest = mix(digest, std::bit_cast<std::uint64_t>(table.unit(row, i)));
    }
    digests_.push_back(digest);
  }
  std::erase_if(fits_, [&](const auto& fit) {
    return fit.first >= digests_.size() || fit.second.digest != digests_[fit.first];
  });
}

std::optional<OutputTransform> Model::transform_of(const ObservationTable& table,
                                                   std::size_t rows) const {
  std::vector<double> values;
  for (std::size_t row = 0; row < rows; ++row) {
    if (table.status(row) == Status::kComplete) {
      values.push_back(table.value(row));
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  return OutputTransform(values);
}

Model::Data Model::collect(const ObservationTable& table,
                           std::size_t rows,
                           const OutputTransform& transform) const {
  Data data;
  data.unit.resize(static_cast<Index>(rows), static_cast<Index>(map_->space().size()));
  data.targets.resize(static_cast<Index>(rows));
  double worst = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto at = static_cast<Index>(row);
    for (std::size_t i = 0; i < map_->space().size(); ++i) {
      data.unit(at, static_cast<Index>(i)) = table.unit(row, i);
    }
    if (table.status(row) == Status::kComplete) {
      data.targets(at) = transform(table.value(row));
      data.complete.push_back(row);
      worst = std::max(worst, data.targets(at));
    } else if (table.status(row) == Status::kPruned) {
      data.targets(at) = std::max(transform(table.value(row)), 0.0);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (table.status(row) == Status::kFailed) {
      data.targets(static_cast<Index>(row)) = worst;
    }
  }
  data.features = map_->features(data.unit);
  return data;
}

const std::vector<Hyperparameters>& Model::hyperparameters(const ObservationTable& table,
                                                           std::size_t rows,
                                                           std::uint64_t seed) {
  const auto known = fits_.find(rows);
  if (known != fits_.end()) {
    return known->second.hyperparameters;
  }
  const bool warped = options_.warped && rows >= options_.warp_from;
  std::optional<Hyperparameters> warm;
  const std::size_t earlier = rows > 2 ? std::bit_floor(rows - 1) : 0;
  if (earlier >= 16) {
    warm = hyperparameters(table, earlier, seed).front();
  }
  std::vector<Hyperparameters> found;
  const std::optional<OutputTransform> transform = transform_of(table, rows);
  if (!transform) {
    found.push_back(prior_mode(*map_, options_.prior, warped));
  } else {
    const Data data = collect(table, rows, *transform);
    const std::vector<Index> chosen = chosen_rows(data.targets, options_.fit_rows);
    const MarginalLikelihood likelihood(
        *map_, rows_of(data.features, chosen), entries_of(data.targets, chosen), options_.prior);
    const Fit best = fit(*map_, likelihood, options_.prior, {options_.rounds, warped}, warm);
    if (options_.members > 1 && rows <= options_.members_until && std::isfinite(best.value)) {
      Random random(seed, 0x6770ULL + rows);
      found = sample(*map_, likelihood, best.hyperparameters, options_.members, 4, random);
    }
    if (found.empty()) {
      found.push_back(best.hyperparameters);
    }
  }
  return fits_.emplace(rows, Known{digests_[rows], std::move(found)}).first->second.hyperparameters;
}

std::optional<Trained> Model::train(const ObservationTable& table, std::uint64_t seed) {
  forget_changed(table);
  const std::optional<OutputTransform> transform = transform_of(table, table.size());
  if (!transform) {
    return std::nullopt;
  }
  Data data = collect(table, table.size(), *transform);
  Trained trained{{}, *transform, {}, {}};
  for (Hyperparameters h : hyperparameters(table, fitted_at(table.size()), seed)) {
    std::optional<Surrogate> one;
    for (int tries = 0; !one && tries < 6; ++tries) {
      one =
          Surrogate::condition(*map_, h, data.features, data.targets, options_.prior.mean_variance);
      h.log_noise = std::max(h.log_noise, -14.0) + 2;
    }
    if (one) {
      trained.weights = trained.surrogates.empty() ? Scaling(*map_, h).weights() : trained.weights;
      trained.surrogates.push_back(*std::move(one));
    }
  }
  if (trained.surrogates.empty()) {
    return std::nullopt;
  }
  std::vector<std::size_t>& rows = data.complete;
  const std::size_t best = std::min(kBest, rows.size());
  std::partial_sort(rows.begin(),
                    rows.begin() + static_cast<std::ptrdiff_t>(best),
                    rows.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double x = data.targets(static_cast<Index>(a));
                      const double y = data.targets(static_cast<Index>(b));
                      return x != y ? x < y : a < b;
                    });
  trained.best.resize(static_cast<Index>(best), data.unit.cols());
  for (std::size_t k = 0; k < best; ++k) {
    trained.best.row(static_cast<Index>(k)) = data.unit.row(static_cast<Index>(rows[k]));
  }
  return trained;
}

}  // namespace automl::search::gp
