// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/function_model.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "search/gp/fit.hpp"
#include "search/gp/marginal_likelihood.hpp"
#include "search/gp/triangular.hpp"
#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t kLeastTrials = 4;
constexpr std::size_t kBest = 5;
constexpr std::size_t kWarpFrom = 15;
constexpr Index kUniform = 256;
constexpr std::uint64_t kStream = 0x6c6f6f6bULL;

bool counts(const Observation& one) {
  return one.status == Status::kComplete && std::isfinite(one.value) && one.feasible();
}

// At most `most` of them: the best fifth, the others evenly over time.
std::vector<const Observation*> chosen(std::vector<const Observation*> all, std::size_t most) {
  if (all.size() <= most) {
    return all;
  }
  std::stable_sort(all.begin(), all.end(), [](const Observation* a, const Observation* b) {
    return counts(*a) != counts(*b) ? counts(*a) : counts(*a) && a->value < b->value;
  });
  const auto sure = all.begin() + static_cast<std::ptrdiff_t>(most / 5);
  std::vector<const Observation*> result(all.begin(), sure);
  std::vector<const Observation*> rest(sure, all.end());
  std::stable_sort(rest.begin(), rest.end(), [](const Observation* a, const Observation* b) {
    return a->trial < b->trial;
  });
  const std::size_t open = most - result.size();
  for (std::size_t k = 0; k < open; ++k) {
    result.push_back(rest[k * rest.size() / open]);
  }
  return result;
}

bool pruned(const Observation& one) {
  return one.status == Status::kPruned && std::isfinite(one.value);
}

// Has a value that says something about the function.
bool measured(const Observation& one) {
  return (one.status == Status::kComplete && std::isfinite(one.value)) || pruned(one);
}

VectorXd targets_of(const std::vector<const Observation*>& rows,
                    const gp::OutputTransform& transform) {
  VectorXd targets(static_cast<Index>(rows.size()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double value = transform(rows[row]->value);
    targets(static_cast<Index>(row)) = pruned(*rows[row]) ? std::max(value, 0.0) : value;
  }
  return targets;
}

// The value of the nearest trial at uniform configurations.
std::vector<double> uniform_values(const SearchSpace& space,
                                   const std::vector<const Observation*>& rows,
                                   const FunctionModel& model,
                                   std::uint64_t seed) {
  Random random(seed, kStream);
  gp::Points unit(kUniform, static_cast<Index>(space.size()));
  for (Index row = 0; row < kUniform; ++row) {
    const std::vector<double> at = encode(space, draw_uniform(space, random));
    std::copy(at.begin(), at.end(), unit.row(row).data());
  }
  const Eigen::ArrayXXd distances =
      gp::squared_distances(model.map->features(unit), model.features);
  std::vector<double> values = {model.best_value};
  for (Index row = 0; row < kUniform; ++row) {
    double nearest = std::numeric_limits<double>::infinity();
    double value = model.best_value;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const double distance = distances(row, static_cast<Index>(k));
      if (counts(*rows[k]) && distance < nearest) {
        nearest = distance;
        value = rows[k]->value;
      }
    }
    values.push_back(value);
  }
  return values;
}

gp::Points units_of(const SearchSpace& space, const std::vector<const Observation*>& rows) {
  gp::Points unit(static_cast<Index>(rows.size()), static_cast<Index>(space.size()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Configuration one = rows[row]->configuration;
    one.values.resize(space.size(), kInactive);
    const std::vector<double> at = encode(space, one);
    std::copy(at.begin(), at.end(), unit.row(static_cast<Index>(row)).data());
  }
  return unit;
}

std::vector<gp::Hyperparameters> hyperparameters(const FunctionModel& model,
                                                 const std::vector<const Observation*>& rows,
                                                 const VectorXd& targets,
                                                 const FunctionModelOptions& options,
                                                 std::uint64_t seed) {
  const Index count = std::min<Index>(targets.size(), static_cast<Index>(options.fit_rows));
  gp::Points x(count, model.features.cols());
  VectorXd y(count);
  for (Index k = 0; k < count; ++k) {
    const Index row = k * targets.size() / count;
    x.row(k) = model.features.row(row);
    y(k) = targets(row);
  }
  gp::MarginalLikelihood likelihood(*model.map, std::move(x), std::move(y), {});
  gp::FitOptions how;
  how.warped = rows.size() >= kWarpFrom;
  const gp::Fit best = gp::fit(*model.map, likelihood, how, std::nullopt);
  std::vector<gp::Hyperparameters> found = {best.hyperparameters};
  if (options.members > 1 && std::isfinite(best.value)) {
    Random random(seed, kStream);
    const int more = static_cast<int>(options.members) - 1;
    for (gp::Hyperparameters& one :
         gp::sample(*model.map, likelihood, best.hyperparameters, more, 4, random)) {
      found.push_back(std::move(one));
    }
  }
  return found;
}

void condition(FunctionModel& model,
               const VectorXd& targets,
               const std::vector<gp::Hyperparameters>& samples) {
  for (gp::Hyperparameters h : samples) {
    std::optional<gp::Surrogate> one;
    for (int tries = 0; !one && tries < 6; ++tries) {
      one = gp::Surrogate::condition(
          *model.map, h, model.features, targets, gp::Prior().mean_variance);
      h.log_noise = std::max(h.log_noise, -14.0) + 2;
    }
    if (one) {
      model.members.push_back(*std::move(one));
    }
  }
}

void find_best(const std::vector<const Observation*>& rows,
               const gp::Points& unit,
               FunctionModel& model) {
  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (counts(*rows[row])) {
      order.push_back(row);
    }
  }
  VectorXd expected = VectorXd::Zero(static_cast<Index>(rows.size()));
  for (const gp::Surrogate& member : model.members) {
    expected += member.fitted().col(0);
  }
  model.incumbent =
      *std::min_element(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return expected(static_cast<Index>(a)) < expected(static_cast<Index>(b));
      });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rows[a]->value < rows[b]->value;
  });
  const std::size_t count = std::min(kBest, order.size());
  model.best.resize(static_cast<Index>(count), unit.cols());
  for (std::size_t k = 0; k < count; ++k) {
    model.best.row(static_cast<Index>(k)) = unit.row(static_cast<Index>(order[k]));
  }
}

}  // namespace

std::vector<bool> FunctionModel::likely_to_count(const gp::Points& at) const {
  const Eigen::ArrayXXd distances = gp::squared_distances(at, known);
  std::vector<bool> result;
  for (Index row = 0; row < at.rows(); ++row) {
    Index nearest = 0;
    distances.row(row).minCoeff(&nearest);
    result.push_back(known_to_count[static_cast<std::size_t>(nearest)]);
  }
  return result;
}

std::optional<Eigen::MatrixXd> FunctionModel::draw(const gp::Surrogate& member,
                                                   const gp::Points& at,
                                                   Index draws,
                                                   Random& random) {
  const gp::Surrogate::Evaluation known = member.evaluate(at, false);
  Eigen::ArrayXXd k;
  gp::matern(gp::squared_distances(known.scaled, known.scaled), k);
  Eigen::MatrixXd covariance = (member.scale() * k).matrix();
  covariance.noalias() -= known.whitened.transpose() * known.whitened;
  Eigen::MatrixXd normals(at.rows(), draws);
  for (Index column = 0; column < draws; ++column) {
    for (Index row = 0; row < at.rows(); ++row) {
      normals(row, column) = random.normal();
    }
  }
  for (double jitter = 1e-8; jitter < 1; jitter *= 100) {
    Eigen::MatrixXd root = covariance;
    root.diagonal().array() += jitter * member.scale();
    if (gp::factorise(root)) {
      Eigen::MatrixXd values = root.triangularView<Eigen::Lower>() * normals;
      values.colwise() += known.mean.col(0);
      return values;
    }
  }
  return std::nullopt;
}

std::optional<FunctionModel> fit_function(const SearchSpace& space,
                                          const History& history,
                                          std::uint64_t seed,
                                          const FunctionModelOptions& options) {
  std::vector<const Observation*> all;
  std::vector<double> values;
  for (const Observation& one : history.observations()) {
    all.push_back(&one);
    if (counts(one)) {
      values.push_back(one.value);
    }
  }
  std::sort(values.begin(), values.end());
  if (values.size() < kLeastTrials || !(values.front() < values.back())) {
    return std::nullopt;
  }
  auto map = std::make_unique<gp::FeatureMap>(space);
  if (map->varying().empty()) {
    return std::nullopt;
  }
  const std::vector<const Observation*> looked = chosen(std::move(all), options.most_rows);
  std::vector<const Observation*> rows;
  std::copy_if(looked.begin(), looked.end(), std::back_inserter(rows), [](const Observation* one) {
    return measured(*one);
  });
  const gp::Points unit = units_of(space, rows);
  FunctionModel model{std::move(map),
                      {},
                      gp::OutputTransform(values),
                      {},
                      {},
                      {},
                      0,
                      values.front(),
                      values.front(),
                      {},
                      {}};
  model.known = model.map->features(units_of(space, looked));
  for (const Observation* one : looked) {
    model.known_to_count.push_back(counts(*one));
  }
  model.features = model.map->features(unit);
  std::vector<double> uniform = uniform_values(space, rows, model, seed);
  if (options.whole_space) {
    model.transform = gp::OutputTransform(uniform);
  }
  std::sort(uniform.begin(), uniform.end());
  model.typical_value = uniform[uniform.size() / 2];
  const VectorXd targets = targets_of(rows, model.transform);
  const std::vector<gp::Hyperparameters> samples =
      hyperparameters(model, rows, targets, options, seed);
  model.weights = gp::Scaling(*model.map, samples.front()).weights();
  condition(model, targets, samples);
  if (model.members.empty()) {
    return std::nullopt;
  }
  find_best(rows, unit, model);
  return model;
}

}  // namespace automl::search
