// SPDX-License-Identifier: Apache-2.0
#include "search/gp/expected_improvement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/gp/log_improvement.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr Index kBlock = 48;             // queries evaluated at once
constexpr double kDoubtfulNoise = 0.02;  // as much may be the prior's rather than the data's

// log(1 - t / sqrt(v + t^2)), t^2 the noise, and its slope by the variance v.
struct Worth {
  double value;
  double slope;
};

Worth worth_observing(double variance, double noise) {
  const double deviation = std::sqrt(noise);
  const double total = std::sqrt(variance + noise);
  return {std::log(variance) - std::log(total) - std::log(total + deviation),
          1 / variance - 1 / (2 * total * total) - 1 / (2 * total * (total + deviation))};
}

std::vector<Index> all_of(Index count) {
  std::vector<Index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

}  // namespace

ExpectedImprovement::ExpectedImprovement(std::vector<Surrogate> models)
    : models_(std::move(models)), eligible_(all_of(models_.front().size())), best_(models_.size()) {
  find_best();
}

ExpectedImprovement::ExpectedImprovement(std::vector<Surrogate> models, std::vector<Index> eligible)
    : models_(std::move(models)), eligible_(std::move(eligible)), best_(models_.size()) {
  find_best();
}

void ExpectedImprovement::find_best() {
  for (std::size_t m = 0; m < models_.size(); ++m) {
    best_[m] = models_[m].fitted()(eligible_, Eigen::all).colwise().minCoeff().transpose();
  }
}

void ExpectedImprovement::imagine(const Points& features,
                                  Index scenarios,
                                  bool counts,
                                  Random& random) {
  if (counts) {
    eligible_.push_back(models_.front().size());
  }
  for (Surrogate& model : models_) {
    if (model.scenarios() != scenarios) {
      model.replicate(scenarios);
    }
    model.imagine(features, stratified_normals(scenarios, random));
  }
  find_best();
}

ExpectedImprovement::Improvements ExpectedImprovement::improvements(std::size_t model,
                                                                    const Surrogate::Evaluation& at,
                                                                    bool with_slopes) const {
  const Index queries = at.mean.rows();
  const Index scenarios = at.mean.cols();
  Improvements result;
  result.value.resize(queries, scenarios);
  if (with_slopes) {
    result.by_mean.resize(queries, scenarios);
    result.by_variance.resize(queries, scenarios);
  }
  const double noise = models_[model].noise();
  const double sure_noise = noise * noise / (noise + kDoubtfulNoise);
  for (Index q = 0; q < queries; ++q) {
    const double deviation = std::sqrt(at.variance(q));
    const Worth worth = worth_observing(at.variance(q), sure_noise);
    const double offset = std::log(deviation) + worth.value;
    for (Index s = 0; s < scenarios; ++s) {
      const double z = (best_[model](s) - margin_ - at.mean(q, s)) / deviation;
      const LogImprovement h = log_improvement(z);
      result.value(q, s) = offset + h.value;
      if (with_slopes) {
        result.by_mean(q, s) = -h.slope / deviation;
        result.by_variance(q, s) = (1 - z * h.slope) / (2 * at.variance(q)) + worth.slope;
      }
    }
  }
  return result;
}

VectorXd ExpectedImprovement::values(const Points& features) const {
  VectorXd total(features.rows());
  // In blocks that stay in the cache.
  for (Index first = 0; first < features.rows(); first += kBlock) {
    const Index count = std::min(kBlock, features.rows() - first);
    total.segment(first, count) = block_values(features.middleRows(first, count));
  }
  return total;
}

VectorXd ExpectedImprovement::block_values(const Points& features) const {
  VectorXd total = VectorXd::Constant(features.rows(), -std::numeric_limits<double>::infinity());
  for (std::size_t m = 0; m < models_.size(); ++m) {
    const Improvements own = improvements(m, models_[m].evaluate(features, false), false);
    if (models_.size() == 1 && own.value.cols() == 1) {
      return own.value.col(0);
    }
    const double share =
        std::log(static_cast<double>(models_.size()) * static_cast<double>(own.value.cols()));
    for (Index q = 0; q < total.size(); ++q) {
      const double top = std::max(total(q), own.value.row(q).maxCoeff() - share);
      total(q) = top + std::log(std::exp(total(q) - top) +
                                (own.value.row(q).array() - share - top).exp().sum());
    }
  }
  return total;
}

void ExpectedImprovement::values(const Points& features,
                                 VectorXd& values,
                                 Points& gradients) const {
  std::vector<Surrogate::Evaluation> at;
  std::vector<Improvements> own;
  VectorXd top = VectorXd::Constant(features.rows(), -std::numeric_limits<double>::infinity());
  for (std::size_t m = 0; m < models_.size(); ++m) {
    at.push_back(models_[m].evaluate(features, true));
    own.push_back(improvements(m, at.back(), true));
    top = top.cwiseMax(own.back().value.rowwise().maxCoeff());
  }
  VectorXd sums = VectorXd::Zero(features.rows());
  for (Improvements& one : own) {
    one.value = (one.value.colwise() - top).array().exp();
    sums += one.value.rowwise().sum();
  }
  const double parts =
      static_cast<double>(models_.size()) * static_cast<double>(own.front().value.cols());
  values = top.array() + (sums / parts).array().log();
  gradients.setZero(features.rows(), features.cols());
  for (std::size_t m = 0; m < models_.size(); ++m) {
    const MatrixXd weight = own[m].value.array().colwise() / sums.array();
    const MatrixXd by_mean = weight.array() * own[m].by_mean.array();
    const VectorXd by_variance =
        (weight.array() * own[m].by_variance.array()).matrix().rowwise().sum();
    gradients += models_[m].gradient(at[m], by_mean, by_variance);
  }
}

}  // namespace automl::search::gp
