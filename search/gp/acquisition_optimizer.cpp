// SPDX-License-Identifier: Apache-2.0
#include "search/gp/acquisition_optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/gp/bounded_lbfgs.hpp"
#include "search/levels.hpp"
#include "search/space_encoding.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

namespace {

void keep_best(Index count, Points& unit, VectorXd& values) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(
      order.begin(), order.end(), [&](Index a, Index b) { return values(a) > values(b); });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  unit = unit(order, Eigen::all).eval();
  values = values(order).eval();
}

}  // namespace

AcquisitionOptimizer::AcquisitionOptimizer(const FeatureMap& map, const OptimizerOptions& options)
    : map_(&map), options_(options) {
  for (const std::size_t i : map.varying()) {
    const Parameter& p = map.space()[i];
    const std::size_t count = levels(p);
    const bool ordered = p.kind == Kind::kFloat || p.kind == Kind::kInt;
    if (ordered && (count == 0 || count > static_cast<std::size_t>(options.most_levels))) {
      smooth_.push_back(i);
    }
    if (count > 0) {
      discrete_.push_back(i);
    }
  }
}

bool AcquisitionOptimizer::allowed(const RowVectorXd& unit) const {
  const SearchSpace& space = map_->space();
  if (space.forbidden().empty()) {
    return true;
  }
  const std::vector<double> point(unit.data(), unit.data() + unit.size());
  return space.allowed(decode(space, point));
}

std::vector<Index> AcquisitionOptimizer::choose_starts(const VectorXd& values,
                                                       Random& random) const {
  std::vector<double> keys(static_cast<std::size_t>(values.size()));
  const double mean = values.mean();
  const double deviation =
      std::sqrt((values.array() - mean).square().mean()) + 1e-12 * (1 + std::abs(mean));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // The largest keys are a draw without replacement by weights exp(z) (Efraimidis and Spirakis).
    const double z = (values(static_cast<Index>(i)) - mean) / deviation;
    keys[i] = 3 * z - std::log(-std::log(random.uniform() + 1e-300));
  }
  std::vector<Index> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  Index top = 0;
  values.maxCoeff(&top);
  keys[static_cast<std::size_t>(top)] = std::numeric_limits<double>::infinity();
  const std::size_t count = std::min(order.size(), static_cast<std::size_t>(options_.starts));
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(count),
                    order.end(),
                    [&](Index a, Index b) {
                      const double x = keys[static_cast<std::size_t>(a)];
                      const double y = keys[static_cast<std::size_t>(b)];
                      return x != y ? x > y : a < b;
                    });
  order.resize(count);
  return order;
}

void AcquisitionOptimizer::climb(const Acquisition& acquisition,
                                 const RowVectorXd& weights,
                                 const Region& region,
                                 int rounds,
                                 Points& unit,
                                 VectorXd& values) const {
  const RowVectorXd scale = weights.cwiseMax(0.1).cwiseMin(100);
  const Points start = map_->features(unit).array().rowwise() * scale.array();
  Points low = start;
  Points high = start;
  for (const std::size_t i : smooth_) {
    const auto column = static_cast<Index>(map_->numeric_column(i));
    for (Index row = 0; row < unit.rows(); ++row) {
      if (!std::isnan(unit(row, static_cast<Index>(i)))) {
        const auto at = static_cast<Index>(i);
        low(row, column) = map_->feature(i, region.low(at)) * scale(column);
        high(row, column) = map_->feature(i, region.high(at)) * scale(column);
      }
    }
  }
  const auto objective =
      [&](const std::vector<Index>&, const Points& points, VectorXd& out, Points& gradients) {
        const Points features = points.array().rowwise() / scale.array();
        acquisition.values(features, out, gradients);
        out = -out;
        gradients.array().rowwise() /= -scale.array();
      };
  LbfgsOptions search;
  search.rounds = rounds;
  search.gradient_tolerance = 1e-3;
  search.value_tolerance = 1e-4;
  search.first_step = 0.2;
  const Minima minima = minimize(objective, start, low, high, search);
  Points moved = unit;
  for (Index row = 0; row < unit.rows(); ++row) {
    for (const std::size_t i : smooth_) {
      const auto column = static_cast<Index>(map_->numeric_column(i));
      double& at = moved(row, static_cast<Index>(i));
      if (!std::isnan(at)) {
        at = map_->unit(i, minima.points(row, column) / scale(column));
      }
    }
    map_->snap(moved.row(row));
  }
  // Rounding may have spoilt it.
  const VectorXd after =
      discrete_.empty() ? VectorXd(-minima.values) : acquisition.values(map_->features(moved));
  for (Index row = 0; row < unit.rows(); ++row) {
    if (after(row) > values(row) && allowed(moved.row(row))) {
      unit.row(row) = moved.row(row);
      values(row) = after(row);
    }
  }
}

std::vector<RowVectorXd> AcquisitionOptimizer::neighbours(const RowVectorXd& unit,
                                                          Random& random) const {
  std::vector<RowVectorXd> result;
  for (const std::size_t i : discrete_) {
    const auto at = static_cast<Index>(i);
    if (std::isnan(unit(at))) {
      continue;
    }
    const Parameter& p = map_->space()[i];
    const std::size_t count = levels(p);
    const std::size_t level = level_at(p, unit(at));
    std::vector<std::size_t> others;
    if (count <= static_cast<std::size_t>(options_.most_levels) || p.kind == Kind::kCategorical) {
      for (std::size_t other = 0; other < count; ++other) {
        others.push_back(other);
      }
    } else {
      others = {level == 0 ? 1 : level - 1,
                level + 1 == count ? count - 2 : level + 1,
                random.below(count),
                random.below(count)};
    }
    for (const std::size_t other : others) {
      if (other == level) {
        continue;
      }
      RowVectorXd moved = unit;
      moved(at) = level_middle(p, other);
      if (map_->space().conditional()) {
        for (Index k = 0; k < moved.size(); ++k) {
          moved(k) = std::isnan(moved(k)) ? random.uniform() : moved(k);
        }
      }
      map_->snap(moved);
      if (allowed(moved)) {
        result.push_back(std::move(moved));
      }
    }
  }
  const auto most = static_cast<std::size_t>(options_.most_exchanges);
  for (std::size_t k = 0; result.size() > most && k < most; ++k) {
    std::swap(result[k], result[k + random.below(result.size() - k)]);
  }
  result.resize(std::min(result.size(), most));
  return result;
}

bool AcquisitionOptimizer::exchange(const Acquisition& acquisition,
                                    Random& random,
                                    Points& unit,
                                    VectorXd& values) const {
  std::vector<RowVectorXd> moves;
  std::vector<Index> owner;
  for (Index row = 0; row < unit.rows(); ++row) {
    for (RowVectorXd& moved : neighbours(unit.row(row), random)) {
      moves.push_back(std::move(moved));
      owner.push_back(row);
    }
  }
  if (moves.empty()) {
    return false;
  }
  Points all(static_cast<Index>(moves.size()), unit.cols());
  for (std::size_t k = 0; k < moves.size(); ++k) {
    all.row(static_cast<Index>(k)) = moves[k];
  }
  const VectorXd after = acquisition.values(map_->features(all));
  bool better = false;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const auto at = static_cast<Index>(k);
    if (after(at) > values(owner[k]) + 1e-9) {
      values(owner[k]) = after(at);
      unit.row(owner[k]) = all.row(at);
      better = true;
    }
  }
  return better;
}

void AcquisitionOptimizer::refine(const Acquisition& acquisition,
                                  const RowVectorXd& weights,
                                  const Region& region,
                                  Random& random,
                                  Points& unit,
                                  VectorXd& values) const {
  for (int round = 0; round < (discrete_.empty() ? 2 : options_.alternations); ++round) {
    if (!smooth_.empty()) {
      climb(acquisition,
            weights,
            region,
            round == 0 ? options_.first_rounds : options_.rounds,
            unit,
            values);
    }
    for (int pass = 0; pass < 4 && !discrete_.empty(); ++pass) {
      if (!exchange(acquisition, random, unit, values)) {
        break;
      }
    }
    if (round == 0) {
      keep_best(static_cast<Index>(options_.finalists), unit, values);
    }
  }
}

Proposals AcquisitionOptimizer::maximise(const Acquisition& acquisition,
                                         const Points& candidates,
                                         const RowVectorXd& weights,
                                         const Region& region,
                                         Random& random) const {
  const VectorXd screened = acquisition.values(map_->features(candidates));
  const std::vector<Index> starts = choose_starts(screened, random);
  Points unit(static_cast<Index>(starts.size()), candidates.cols());
  VectorXd values(unit.rows());
  for (Index row = 0; row < unit.rows(); ++row) {
    unit.row(row) = candidates.row(starts[static_cast<std::size_t>(row)]);
    values(row) = screened(starts[static_cast<std::size_t>(row)]);
  }
  refine(acquisition, weights, region, random, unit, values);
  Points all(unit.rows() + candidates.rows(), candidates.cols());
  all << unit, candidates;
  VectorXd every(values.size() + screened.size());
  every << values, screened;
  return sorted(all, every);
}

Proposals sorted(const Points& unit, const VectorXd& values) {
  Proposals result{unit, values};
  keep_best(values.size(), result.unit, result.values);
  return result;
}

}  // namespace automl::search::gp
