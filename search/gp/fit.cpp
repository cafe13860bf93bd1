// SPDX-License-Identifier: Apache-2.0
#include "search/gp/fit.hpp"

#include <cmath>
#include <limits>

#include "search/gp/bounded_lbfgs.hpp"

namespace automl::search::gp {
namespace {

// That few numbers matter is believed if it is more probable by this, as a logarithm.
constexpr double kSparse = 2;

using Eigen::Index;
using Eigen::VectorXd;

struct Box {
  VectorXd low;
  VectorXd high;
};

Box box(const Hyperparameters& h) {
  const Index d = h.log_lengthscale.size();
  Box result{VectorXd(pack(h).size()), VectorXd(pack(h).size())};
  result.low.setConstant(-Bounds::kWarp);
  result.high.setConstant(Bounds::kWarp);
  result.low.head(d).setConstant(Bounds::kLowLengthscale);
  result.high.head(d).setConstant(Bounds::kHighLengthscale);
  result.low(d) = Bounds::kLowScale;
  result.high(d) = Bounds::kHighScale;
  result.low(d + 1) = Bounds::kLowNoise;
  result.high(d + 1) = Bounds::kHighNoise;
  return result;
}

VectorXd warm_start(Hyperparameters h, bool warped) {
  if (warped != h.warped()) {
    h.log_a.setZero(warped ? h.log_lengthscale.size() : 0);
    h.log_b = h.log_a;
  }
  return pack(h);
}

}  // namespace

Hyperparameters prior_mode(const FeatureMap& map, const Prior& prior, bool warped) {
  const auto d = static_cast<Index>(map.dimensions());
  Hyperparameters h;
  h.log_lengthscale.resize(d);
  for (Index i = 0; i < d; ++i) {
    h.log_lengthscale(i) = lengthscale_prior(map, prior, static_cast<std::size_t>(i)).log_mode();
  }
  h.log_scale = 0;
  h.log_noise = prior.noise_mu;
  if (warped) {
    h.log_a.setZero(d);
    h.log_b.setZero(d);
  }
  return h;
}

namespace {

// With the likelihood's prior as it is.
Fit fit_as_believed(const FeatureMap& map,
                    const MarginalLikelihood& likelihood,
                    const FitOptions& options,
                    const std::optional<Hyperparameters>& warm) {
  const Hyperparameters mode = prior_mode(map, likelihood.prior(), options.warped);
  const Box limits = box(mode);
  std::vector<VectorXd> starts;
  if (warm) {
    starts.push_back(warm_start(*warm, options.warped));
  }
  if (!warm || options.afresh) {
    starts.push_back(pack(mode));
  }
  const BatchObjective objective =
      [&](const std::vector<Index>&, const Points& points, VectorXd& values, Points& gradients) {
        VectorXd gradient(points.cols());
        for (Index i = 0; i < points.rows(); ++i) {
          values(i) = likelihood(points.row(i).transpose(), &gradient);
          gradients.row(i) = gradient;
        }
      };
  LbfgsOptions search;
  search.rounds = options.rounds;
  search.gradient_tolerance = 1e-2;
  search.value_tolerance = 1e-2;
  search.first_step = 0.5;
  Fit best{mode, std::numeric_limits<double>::infinity()};
  for (const VectorXd& start : starts) {
    const Minima minima = minimize(
        objective, start.transpose(), limits.low.transpose(), limits.high.transpose(), search);
    if (minima.values(0) < best.value) {
      best = {unpack(minima.points.row(0).transpose(), map.dimensions()), minima.values(0)};
    }
  }
  return best;
}

bool has_numbers(const FeatureMap& map) {
  for (std::size_t i = 0; i < map.dimensions(); ++i) {
    if (!map.nominal(i)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Fit fit(const FeatureMap& map,
        MarginalLikelihood& likelihood,
        const FitOptions& options,
        const std::optional<Hyperparameters>& warm) {
  const Fit first = fit_as_believed(map, likelihood, options, warm);
  if (!options.sparse || !has_numbers(map)) {
    return first;
  }
  const Prior prior = likelihood.prior();
  likelihood.believe(sparse(prior));
  Fit second = fit_as_believed(map, likelihood, options, warm);
  if (second.value < first.value - kSparse) {
    return second;
  }
  likelihood.believe(prior);
  return first;
}

std::vector<Hyperparameters> sample(const FeatureMap& map,
                                    const MarginalLikelihood& likelihood,
                                    const Hyperparameters& start,
                                    int count,
                                    int apart,
                                    Random& random) {
  const Box limits = box(start);
  VectorXd current = pack(start);
  double value = likelihood(current, nullptr);
  std::vector<Hyperparameters> result;
  const auto inside = [&](const VectorXd& point) {
    return (point.array() >= limits.low.array()).all() &&
           (point.array() <= limits.high.array()).all();
  };
  for (int k = 0; k < count && std::isfinite(value); ++k) {
    for (int move = 0; move < apart; ++move) {
      VectorXd direction(current.size());
      for (Index i = 0; i < direction.size(); ++i) {
        direction(i) = random.normal();
      }
      const double level = value - std::log(1 - random.uniform());
      double high = random.uniform() * 2;
      double low = high - 2;
      for (int tries = 0; tries < 12; ++tries) {
        const double step = random.uniform(low, high);
        const VectorXd point = current + step * direction;
        const double met =
            inside(point) ? likelihood(point, nullptr) : std::numeric_limits<double>::infinity();
        if (met <= level) {
          current = point;
          value = met;
          break;
        }
        (step < 0 ? low : high) = step;
      }
    }
    result.push_back(unpack(current, map.dimensions()));
  }
  return result;
}

}  // namespace automl::search::gp
