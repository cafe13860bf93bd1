// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/random_shadow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/analysis/function_model.hpp"
#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::uint64_t kStream = 0x736861646f77ULL;
constexpr std::size_t kFewest = 512;
constexpr std::size_t kMost = 1024;
constexpr int kTries = 50;

gp::Points uniform_points(const SearchSpace& space, std::size_t count, Random& random) {
  gp::Points unit(static_cast<Index>(count), static_cast<Index>(space.size()));
  for (std::size_t row = 0; row < count; ++row) {
    const std::optional<Allowed> one =
        draw_allowed(space, random, kTries, [&] { return draw_uniform(space, random); });
    if (!one) {
      return {};
    }
    const std::vector<double> at = encode(space, one->configuration);
    std::copy(at.begin(), at.end(), unit.row(static_cast<Index>(row)).data());
  }
  return unit;
}

// 1, 2, 3, … with growing gaps, the last one always.
std::vector<std::size_t> checkpoints(std::size_t trials, std::size_t most) {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < most; ++k) {
    const double share =
        static_cast<double>(k) / static_cast<double>(std::max<std::size_t>(most - 1, 1));
    const auto at =
        static_cast<std::size_t>(std::llround(1 + (static_cast<double>(trials) - 1) * share));
    if (result.empty() || at > result.back()) {
      result.push_back(at);
    }
  }
  return result;
}

// Best values so far of one search, at the checkpoints. `function` is infinite where a trial fails;
// as long as nothing is found the worst value stands for it.
void search_once(const Eigen::Ref<const Eigen::VectorXd>& function,
                 double worst,
                 double noise,
                 const std::vector<std::size_t>& at,
                 std::vector<std::size_t>& order,
                 Random& random,
                 std::vector<std::vector<double>>& found) {
  double best = worst;
  std::size_t next = 0;
  for (std::size_t trial = 0; next < at.size(); ++trial) {
    // A shuffle that goes only as far as it is needed.
    const std::size_t place = trial % order.size();
    std::swap(order[place], order[place + random.below(order.size() - place)]);
    const double value = function(static_cast<Index>(order[place])) + noise * random.normal();
    best = std::min(trial == 0 && std::isfinite(value) ? value : best, value);
    if (trial + 1 == at[next]) {
      found[next++].push_back(best);
    }
  }
}

ShadowPoint summary(std::size_t trials,
                    std::vector<double> values,
                    const gp::OutputTransform& transform,
                    double outside) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const auto last = static_cast<double>(values.size() - 1);
    return transform.inverse(values[static_cast<std::size_t>(std::lround(share * last))]);
  };
  ShadowPoint point{trials, 0, at(outside), at(1 - outside)};
  for (const double value : values) {
    point.expected += transform.inverse(value) / static_cast<double>(values.size());
  }
  return point;
}

}  // namespace

std::optional<RandomShadow> random_shadow(const SearchSpace& space,
                                          const FunctionModel& model,
                                          std::uint64_t seed,
                                          std::size_t trials,
                                          const RandomShadowOptions& options) {
  Random random(seed, kStream);
  const std::size_t pool = std::clamp(trials, kFewest, kMost);
  const gp::Points unit = uniform_points(space, pool, random);
  if (unit.rows() == 0 || trials == 0) {
    return std::nullopt;
  }
  const gp::Points features = model.map->features(unit);
  const std::vector<bool> counts = model.likely_to_count(features);
  const std::vector<std::size_t> at = checkpoints(trials, options.most_points);
  std::vector<std::vector<double>> found(at.size());
  std::vector<std::size_t> order(pool);
  std::iota(order.begin(), order.end(), 0);
  const double target = model.transform(model.best_value);
  std::vector<double> as_good;  // shares of the configurations, one a function
  for (const gp::Surrogate& member : model.members) {
    std::optional<MatrixXd> functions =
        FunctionModel::draw(member, features, options.draws, random);
    if (!functions) {
      return std::nullopt;
    }
    const double worst = functions->maxCoeff();
    for (Index row = 0; row < functions->rows(); ++row) {
      if (!counts[static_cast<std::size_t>(row)]) {
        functions->row(row).setConstant(std::numeric_limits<double>::infinity());
      }
    }
    const double noise = std::sqrt(member.noise());
    for (Index s = 0; s < functions->cols(); ++s) {
      for (int run = 0; run < options.runs; ++run) {
        search_once(functions->col(s), worst, noise, at, order, random, found);
      }
    }
    for (Index s = 0; s < functions->cols(); ++s) {
      as_good.push_back(
          (functions->col(s).array() - target)
              .unaryExpr([&](double above) { return std::erfc(above / noise / M_SQRT2) / 2; })
              .mean());
    }
  }
  RandomShadow shadow;
  for (std::size_t k = 0; k < at.size(); ++k) {
    shadow.points.push_back(summary(at[k], found[k], model.transform, options.outside));
  }
  const auto middle = as_good.begin() + std::ssize(as_good) / 2;
  std::nth_element(as_good.begin(), middle, as_good.end());
  if (*middle * static_cast<double>(pool) > 1) {
    shadow.trials_to_best = 1 / *middle;
  }
  return shadow;
}

std::optional<RandomShadow> random_shadow(const SearchSpace& space,
                                          const History& history,
                                          std::uint64_t seed,
                                          std::size_t trials,
                                          const RandomShadowOptions& options) {
  const std::optional<FunctionModel> model =
      fit_function(space, history, seed, {.whole_space = true});
  return model ? random_shadow(space, *model, seed, trials, options) : std::nullopt;
}

}  // namespace automl::search
