// SPDX-License-Identifier: Apache-2.0
#include "search/gp/prior_mean.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "search/gp/model.hpp"
#include "search/prior_tasks.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kSlopeTrials = 2;
constexpr double kSteepest = 3;
constexpr Index kBlock = 48;  // queries evaluated at once

std::uint64_t mix(std::uint64_t digest, std::uint64_t word) {
  digest = (digest ^ word) * 0x9e3779b97f4a7c15ULL;
  return digest ^ (digest >> 29);
}

std::uint64_t digest_of(const std::vector<PriorTask>& tasks) {
  std::uint64_t digest = 1;
  for (const PriorTask& task : tasks) {
    digest = mix(digest, task.observations.size());
    for (const Observation& observation : task.observations) {
      digest = mix(digest, static_cast<std::uint64_t>(observation.status));
      digest = mix(digest, std::bit_cast<std::uint64_t>(observation.value));
      for (const double value : observation.configuration.values) {
        digest = mix(digest, std::bit_cast<std::uint64_t>(value));
      }
    }
  }
  return digest;
}

VectorXd mean_of(const Surrogate& model, const Points& features) {
  VectorXd means(features.rows());
  for (Index first = 0; first < features.rows(); first += kBlock) {
    const Index count = std::min(kBlock, features.rows() - first);
    means.segment(first, count) = model.mean(features.middleRows(first, count));
  }
  return means;
}

std::vector<double> plain(const VectorXd& values) { return {values.begin(), values.end()}; }

}  // namespace

VectorXd PriorMean::values(const Points& features) const {
  VectorXd sum = VectorXd::Constant(features.rows(), offset_);
  for (const Part& part : parts_) {
    sum += part.factor * mean_of(*part.model, features);
  }
  return sum;
}

void PriorMean::add_gradients(const Points& features,
                              const VectorXd& weights,
                              Points& gradients) const {
  for (const Part& part : parts_) {
    gradients += part.model->mean_gradient(features, part.factor * weights);
  }
}

void PriorModels::learn(const std::vector<PriorTask>& tasks,
                        const ModelOptions& options,
                        const Effort& effort) {
  const std::uint64_t digest = tasks.empty() ? 0 : digest_of(tasks);
  if (digest != digest_) {
    digest_ = digest;
    learned_ = 0;
    models_.clear();
  }
  ModelOptions once = options;
  once.once = true;
  once.members = 1;
  for (; learned_ < tasks.size(); ++learned_) {
    if (effort.expired && effort.expired()) {
      return;
    }
    ObservationTable table(map_->space());
    table.read(tasks[learned_].observations);
    Series series;
    for (std::size_t row = 0; row < table.size(); ++row) {
      series.values.push_back(table.value(row));
    }
    if (const auto trained = Model(*map_, once).train(table, series, {}, {effort.seed, {}})) {
      models_.push_back(std::make_shared<const Surrogate>(trained->surrogates.front()));
    }
  }
}

double PriorModels::trust(const Points& features, const VectorXd& values) const {
  double total = 0;
  for (const auto& model : models_) {
    total += rank_weight(plain(mean_of(*model, features)), plain(values));
  }
  return total;
}

std::shared_ptr<const MeanFunction> PriorModels::mean_for(const Points& features,
                                                          const VectorXd& targets) const {
  std::vector<double> weights;
  std::vector<VectorXd> means;
  double total = 0;
  VectorXd mixed = VectorXd::Zero(targets.size());
  for (const auto& model : models_) {
    means.push_back(mean_of(*model, features));
    weights.push_back(rank_weight(plain(means.back()), plain(targets)));
    total += weights.back();
    mixed += weights.back() * means.back();
  }
  if (total <= 0) {
    return nullptr;
  }
  mixed /= std::max(1.0, total);
  double slope = 1;
  double centre = 0;
  if (targets.size() > 0) {
    centre = mixed.mean();
    const VectorXd apart = mixed.array() - centre;
    const double along = apart.dot((targets.array() - targets.mean()).matrix());
    slope =
        std::clamp((kSlopeTrials + along) / (kSlopeTrials + apart.squaredNorm()), 0.0, kSteepest);
  }
  std::vector<PriorMean::Part> parts;
  for (std::size_t t = 0; t < models_.size(); ++t) {
    if (weights[t] > 0) {
      parts.push_back({models_[t], slope * weights[t] / std::max(1.0, total)});
    }
  }
  return std::make_shared<const PriorMean>(std::move(parts), -slope * centre);
}

}  // namespace automl::search::gp
