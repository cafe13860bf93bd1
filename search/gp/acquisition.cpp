// SPDX-License-Identifier: Apache-2.0
#include "search/gp/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/gp/log_improvement.hpp"
#include "search/gp/normal_quantile.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr Index kBlock = 48;  // queries evaluated at once

}  // namespace

Acquisition::Acquisition(std::vector<Surrogate> models)
    : models_(std::move(models)), best_(models_.size()) {
  find_best();
}

void Acquisition::find_best() {
  for (std::size_t m = 0; m < models_.size(); ++m) {
    best_[m] = models_[m].fitted().colwise().minCoeff().transpose();
  }
}

void Acquisition::imagine(const Points& features, Index scenarios, Random& random) {
  for (Surrogate& model : models_) {
    if (model.scenarios() != scenarios) {
      model.replicate(scenarios);
    }
    // One normal from each of `scenarios` equally likely strata, in random order.
    VectorXd normals(scenarios);
    for (Index s = 0; s < scenarios; ++s) {
      normals(s) = normal_quantile((static_cast<double>(s) + 0.5) / static_cast<double>(scenarios));
    }
    for (Index s = scenarios - 1; s > 0; --s) {
      std::swap(normals(s),
                normals(static_cast<Index>(random.below(static_cast<std::uint64_t>(s + 1)))));
    }
    model.imagine(features, normals);
  }
  find_best();
}

Acquisition::Improvements Acquisition::improvements(std::size_t model,
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
  for (Index q = 0; q < queries; ++q) {
    const double deviation = std::sqrt(at.variance(q));
    const double log_deviation = std::log(deviation);
    for (Index s = 0; s < scenarios; ++s) {
      const double z = (best_[model](s) - margin_ - at.mean(q, s)) / deviation;
      const LogImprovement h = log_improvement(z);
      result.value(q, s) = log_deviation + h.value;
      if (with_slopes) {
        result.by_mean(q, s) = -h.slope / deviation;
        result.by_variance(q, s) = (1 - z * h.slope) / (2 * at.variance(q));
      }
    }
  }
  return result;
}

VectorXd Acquisition::values(const Points& features) const {
  VectorXd total(features.rows());
  // In blocks that stay in the cache.
  for (Index first = 0; first < features.rows(); first += kBlock) {
    const Index count = std::min(kBlock, features.rows() - first);
    total.segment(first, count) = block_values(features.middleRows(first, count));
  }
  return total;
}

VectorXd Acquisition::block_values(const Points& features) const {
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

void Acquisition::values(const Points& features, VectorXd& values, Points& gradients) const {
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

Acquisition::Prediction Acquisition::predict(const Points& features) const {
  double mean = 0;
  double square = 0;
  for (const Surrogate& model : models_) {
    const Surrogate::Evaluation at = model.evaluate(features, false);
    const double centre = at.mean.row(0).mean();
    mean += centre;
    square += at.variance(0) + at.mean.row(0).squaredNorm() / static_cast<double>(at.mean.cols());
  }
  const auto count = static_cast<double>(models_.size());
  mean /= count;
  return {mean, std::sqrt(std::max(square / count - mean * mean, 0.0))};
}

}  // namespace automl::search::gp
