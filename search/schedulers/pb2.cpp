// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/pb2.hpp"

#include <algorithm>
#include <cmath>

#include "search/gp/candidates.hpp"
#include "search/gp/fit.hpp"
#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;

constexpr std::size_t kFewestGains = 4;
constexpr std::size_t kMostGains = 48;
constexpr std::size_t kMostImagined = 16;
constexpr int kRefinements = 3;
constexpr Index kNeighbours = 32;

SearchSpace with_time(const SearchSpace& space) {
  std::vector<Parameter> parameters = space.parameters();
  Parameter time;
  time.name = "time";
  parameters.push_back(std::move(time));
  return {std::move(parameters), {}};
}

PbtOptions as_pbt(const Pb2Options& options) {
  PbtOptions result;
  result.interval = options.interval;
  result.fraction = options.fraction;
  result.population = options.population;
  result.limits = options.limits;
  return result;
}

// Mean 0, deviation 1, within [-2, 2].
Eigen::VectorXd standardised(const std::deque<TrainingInterval>& gains) {
  Eigen::VectorXd y(static_cast<Index>(gains.size()));
  double most = 0;
  for (const TrainingInterval& one : gains) {
    most = std::max(most, std::abs(one.gain));
  }
  for (Index i = 0; i < y.size(); ++i) {
    y(i) = most > 0 ? gains[static_cast<std::size_t>(i)].gain / most : 0;
  }
  y.array() -= y.mean();
  const double deviation = std::sqrt(y.squaredNorm() / static_cast<double>(y.size()));
  if (deviation > 0) {
    y /= deviation;
  }
  return y.cwiseMax(-2).cwiseMin(2);
}

}  // namespace

double pb2_exploration(std::size_t n) {
  return std::sqrt(0.2 * std::log(std::max(0.4 * static_cast<double>(n), std::exp(1.0))));
}

Pb2Scheduler::Pb2Scheduler(const SearchSpace& space,
                           const Pb2Options& options,
                           const Setting& setting)
    : PbtScheduler("pb2", space, as_pbt(options), setting),
      candidates_(options.candidates),
      gains_(options.interval, kMostGains),
      map_(limits()),
      timed_(with_time(limits())),
      timed_map_(timed_) {}

void Pb2Scheduler::write_unit(const Configuration& configuration, double time, double* row) const {
  const std::vector<double> unit = encode(limits(), configuration);
  std::copy(unit.begin(), unit.end(), row);
  row[unit.size()] = time;
}

gp::Points Pb2Scheduler::features_now(const gp::Points& unit) const {
  gp::Points timed(unit.rows(), unit.cols() + 1);
  timed.leftCols(unit.cols()) = unit;
  timed.rightCols(1).setOnes();
  return timed_map_.features(timed);
}

std::optional<gp::Surrogate> Pb2Scheduler::learn(const TrialCurves& curves) const {
  const std::deque<TrainingInterval>& gains = gains_.last();
  std::int64_t oldest = gains.front().until;
  std::int64_t newest = oldest;
  for (const TrainingInterval& one : gains) {
    oldest = std::min(oldest, one.until);
    newest = std::max(newest, one.until);
  }
  const double span = static_cast<double>(newest) - static_cast<double>(oldest) + 1;
  gp::Points unit(static_cast<Index>(gains.size()), static_cast<Index>(timed_.size()));
  for (Index i = 0; i < unit.rows(); ++i) {
    const TrainingInterval& one = gains[static_cast<std::size_t>(i)];
    const double time = (static_cast<double>(one.until) - static_cast<double>(oldest)) / span;
    write_unit(curves.curves()[one.curve].legs[one.leg].configuration, time, unit.row(i).data());
  }
  const gp::Points x = timed_map_.features(unit);
  const Eigen::VectorXd y = standardised(gains);
  gp::MarginalLikelihood likelihood(timed_map_, x, y, prior_);
  const gp::FitOptions how{10, false, false};
  const gp::Fit fitted = gp::fit(timed_map_, likelihood, how, std::nullopt);
  if (!std::isfinite(fitted.value)) {
    return std::nullopt;
  }
  return gp::Surrogate::condition(timed_map_, fitted.hyperparameters, x, y, prior_.mean_variance);
}

void Pb2Scheduler::imagine_others(const TrialCurves& curves,
                                  std::size_t member,
                                  gp::Surrogate& model) const {
  const Eigen::VectorXd as_expected = Eigen::VectorXd::Zero(1);
  std::size_t imagined = 0;
  for (std::size_t i = curves.curves().size(); i-- > 0 && imagined < kMostImagined;) {
    const Curve& curve = curves.curves()[i];
    if (i != member && curve.state == TrialState::kRunning) {
      gp::Points unit(1, static_cast<Index>(timed_.size()));
      write_unit(curve.configuration(), 1, unit.data());
      model.imagine(timed_map_.features(unit), as_expected);
      ++imagined;
    }
  }
}

Explored Pb2Scheduler::changed(const TrialCurves& curves,
                               std::size_t member,
                               std::size_t source,
                               Random& random) {
  gains_.follow(curves);
  const std::size_t known = gains_.last().size();
  std::optional<gp::Surrogate> model;
  if (known >= kFewestGains && limits().size() > 0) {
    model = learn(curves);
  }
  if (!model) {
    return PbtScheduler::changed(curves, member, source, random);
  }
  imagine_others(curves, member, *model);
  const double exploration = pb2_exploration(known);
  const auto d = static_cast<Index>(limits().size());
  gp::Points points(candidates_, d);
  for (Index i = 0; i < points.rows(); ++i) {
    const std::vector<double> unit = encode(limits(), draw_uniform(limits(), random));
    std::copy(unit.begin(), unit.end(), points.row(i).data());
  }
  const gp::Candidates neighbours(map_);
  std::optional<Configuration> best;
  double best_score = -Trajectory::kNone;
  for (int round = 0; round <= kRefinements; ++round) {
    const gp::Surrogate::Evaluation at = model->evaluate(features_now(points), false);
    const Eigen::ArrayXd score =
        at.mean.col(0).array() + exploration * at.variance.array().max(0).sqrt();
    for (Index i = 0; i < points.rows(); ++i) {
      if (score(i) > best_score) {
        Configuration candidate =
            decode(limits(), std::vector<double>(points.row(i).data(), points.row(i).data() + d));
        if (limits().allowed(candidate)) {
          best = std::move(candidate);
          best_score = score(i);
        }
      }
    }
    if (!best) {
      return PbtScheduler::changed(curves, member, source, random);
    }
    const std::vector<double> centre = encode(limits(), *best);
    points = neighbours.around(
        Eigen::Map<const Eigen::RowVectorXd>(centre.data(), d), kNeighbours, 0.5, random);
  }
  return {*std::move(best), "with what its model expects to gain most"};
}

}  // namespace automl::search
