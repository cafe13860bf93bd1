// SPDX-License-Identifier: Apache-2.0
#include "search/gp/joint_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/gp/hypervolume_improvement.hpp"
#include "search/gp/scalarisation.hpp"
#include "search/gp/unit_points.hpp"
#include "search/pareto.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;

constexpr std::size_t kBest = 10;
constexpr std::size_t kWeightedRows = 100;  // that a fit of weighted objectives looks at

// The largest value of an objective on the front of the trials up to each row; -inf before the
// first feasible one.
std::vector<double> worst_on_front(const ObservationTable& table, std::size_t number) {
  std::vector<double> worst;
  RunningFront front;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.feasible(row)) {
      front.add(table.outcome(row));
    }
    worst.push_back(-std::numeric_limits<double>::infinity());
    for (const Point& one : front.points()) {
      worst.back() = std::max(worst.back(), one[number]);
    }
  }
  return worst;
}

Series objective(const ObservationTable& table, std::size_t number) {
  Series series;
  if (table.objectives() > 1) {
    series.kind = OutputTransform::Kind::kTradeOff;
    series.worst_on_front = worst_on_front(table, number);
  }
  for (std::size_t row = 0; row < table.size(); ++row) {
    const bool known = number == 0 || table.status(row) == Status::kComplete;
    series.values.push_back(known ? table.objective(row, number) : table.value(row));
  }
  return series;
}

Series constraint(const ObservationTable& table, std::size_t number) {
  Series series{OutputTransform::Kind::kConstraint, {}};
  for (std::size_t row = 0; row < table.size(); ++row) {
    const bool known = table.status(row) == Status::kComplete;
    series.values.push_back(known ? table.constraint(row, number) : 0);
  }
  return series;
}

// How much is missed in all, each constraint in units of its mean size.
Series violation(const ObservationTable& table) {
  std::vector<double> sizes(table.constraints(), 0);
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (std::size_t c = 0; c < sizes.size() && table.status(row) == Status::kComplete; ++c) {
      // Halved, so that sums of the largest numbers stay finite.
      sizes[c] = std::max(sizes[c], std::abs(table.constraint(row, c)) / 2);
    }
  }
  Series series{OutputTransform::Kind::kObjective, std::vector<double>(table.size(), 0)};
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (std::size_t c = 0; c < sizes.size() && table.status(row) == Status::kComplete; ++c) {
      const double excess = std::max(table.constraint(row, c), 0.0);
      series.values[row] += sizes[c] > 0 ? excess / sizes[c] : 0;
    }
  }
  return series;
}

// Places within `rows` of the trials that may be the ones to beat.
std::vector<Index> eligible(const ObservationTable& table, const std::vector<Index>& rows) {
  std::vector<Index> places;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    if (table.plain() || table.feasible(static_cast<std::size_t>(rows[place]))) {
      places.push_back(static_cast<Index>(place));
    }
  }
  return places;
}

void want(Wanted& wanted, std::unique_ptr<ExpectedImprovement> improvement) {
  wanted.improvement = improvement.get();
  wanted.acquisition = std::move(improvement);
}

// The feasible row with the lowest value; at least one must be feasible.
std::size_t best_feasible(const ObservationTable& table, const std::vector<double>& values) {
  std::size_t best = table.ranking().front();
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.feasible(row) && values[row] < values[best]) {
      best = row;
    }
  }
  return best;
}

}  // namespace

Model& JointModel::model(Role role, std::size_t number) {
  return models_.try_emplace({role, number}, *map_, options_).first->second;
}

double JointModel::trust(const ObservationTable& table) const {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.status(row) == Status::kComplete) {
      rows.push_back(row);
    }
  }
  Eigen::VectorXd values(static_cast<Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    values(static_cast<Index>(k)) = table.value(rows[k]);
  }
  return priors_.trust(map_->features(unit_points(table)(rows, Eigen::all)), values);
}

Points JointModel::best_points(const ObservationTable& table) const {
  std::vector<std::size_t> rows = table.ranking();
  rows.resize(std::min(kBest, rows.size()));
  return unit_points(table)(rows, Eigen::all);
}

// The trained model that says where to look; `wanted` takes the objectives.
std::optional<Trained> JointModel::train_objectives(const ObservationTable& table,
                                                    const Effort& effort,
                                                    Wanted& wanted) {
  std::optional<Trained> first;
  std::vector<Surrogate> surrogates;
  for (std::size_t k = 0; k < table.objectives(); ++k) {
    Focus focus;
    if (!table.plain()) {
      focus.centre = table.ranking().front();
    }
    focus.rows = first ? &first->rows : nullptr;
    Model& of_objective = model(Role::kObjective, k);
    of_objective.expect(table.plain() ? &priors_ : nullptr);
    std::optional<Trained> own = of_objective.train(table, objective(table, k), focus, effort);
    if (!own) {
      return std::nullopt;
    }
    wanted.targets.push_back({own->transform, own->surrogates});
    surrogates.push_back(own->surrogates.front());
    if (!first) {
      first = std::move(own);
    } else {
      first->weights = first->weights.cwiseMax(own->weights);
    }
  }
  const std::vector<Index> to_beat = eligible(table, first->rows);
  if (!to_beat.empty() && table.objectives() > 1) {
    wanted.what = Wanted::What::kHypervolume;
    wanted.acquisition = std::make_unique<HypervolumeImprovement>(std::move(surrogates), to_beat);
  } else if (!to_beat.empty()) {
    want(wanted, std::make_unique<ExpectedImprovement>(first->surrogates, to_beat));
  }
  return first;
}

bool JointModel::add_constraints(const ObservationTable& table,
                                 const Effort& effort,
                                 const std::vector<Index>& rows,
                                 Wanted& wanted) {
  std::vector<ConstraintModel> constraints;
  for (std::size_t c = 0; c < table.constraints(); ++c) {
    std::optional<Trained> own =
        model(Role::kConstraint, c)
            .train(table, constraint(table, c), {table.ranking().front(), &rows}, effort);
    if (!own) {
      return false;
    }
    wanted.weights = wanted.weights.cwiseMax(own->weights);
    constraints.push_back({std::move(own->surrogates.front()), own->transform(0)});
  }
  auto feasible = std::make_unique<Feasible>(std::move(wanted.acquisition), std::move(constraints));
  wanted.feasible = feasible.get();
  wanted.acquisition = std::move(feasible);
  return true;
}

std::optional<Wanted> JointModel::train(const ObservationTable& table, const Effort& effort) {
  Wanted wanted;
  std::optional<Trained> guide = train_objectives(table, effort, wanted);
  if (guide && wanted.acquisition == nullptr) {
    wanted.what = Wanted::What::kFeasibility;
    guide = model(Role::kViolation, 0)
                .train(table, violation(table), {table.ranking().front(), nullptr}, effort);
  }
  if (!guide) {
    return std::nullopt;
  }
  wanted.weights = guide->weights;
  wanted.region = guide->region;
  wanted.stagnant = table.plain() ? guide->stagnant : 0;
  wanted.best = table.plain() ? guide->best : best_points(table);
  if (wanted.what == Wanted::What::kFeasibility) {
    want(wanted, std::make_unique<ExpectedImprovement>(guide->surrogates));
  }
  if (table.constraints() > 0 && !add_constraints(table, effort, guide->rows, wanted)) {
    return std::nullopt;
  }
  return wanted;
}

std::optional<Wanted> JointModel::train_weighted(const ObservationTable& table,
                                                 const std::vector<double>& weights,
                                                 const Effort& effort) {
  if (!table.feasible(table.ranking().front())) {
    return std::nullopt;
  }
  const Series series{OutputTransform::Kind::kObjective, chebyshev_values(table, weights)};
  Focus focus;
  focus.centre = best_feasible(table, series.values);
  ModelOptions options = options_;
  options.once = true;
  options.fit_rows = std::min(options.fit_rows, kWeightedRows);
  std::optional<Trained> weighted = Model(*map_, options).train(table, series, focus, effort);
  if (!weighted) {
    return std::nullopt;
  }
  Wanted wanted;
  wanted.weights = weighted->weights;
  wanted.region = weighted->region;
  wanted.best = weighted->best;
  want(
      wanted,
      std::make_unique<ExpectedImprovement>(weighted->surrogates, eligible(table, weighted->rows)));
  if (table.constraints() > 0 && !add_constraints(table, effort, weighted->rows, wanted)) {
    return std::nullopt;
  }
  return wanted;
}

}  // namespace automl::search::gp
