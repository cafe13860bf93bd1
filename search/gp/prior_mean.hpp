// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <Eigen/Core>

#include "search/gp/surrogate.hpp"
#include "search/history.hpp"

namespace automl::search::gp {

struct Effort;
struct ModelOptions;

// A mean function for the process of this task, made of the posterior means m_t of earlier ones
// (each of standardised values):
//   m(x) = b sum_t w_t (m_t(x) - average of m_t at this task's trials) / max(1, sum_t w_t)
// The process itself learns what is left, so a mean that is wrong costs trials but misleads only
// until there are some.
class PriorMean : public MeanFunction {
 public:
  struct Part {
    std::shared_ptr<const Surrogate> model;
    double factor;
  };
  PriorMean(std::vector<Part> parts, double offset) : parts_(std::move(parts)), offset_(offset) {}

  Eigen::VectorXd values(const Points& features) const override;
  void add_gradients(const Points& features,
                     const Eigen::VectorXd& weights,
                     Points& gradients) const override;

 private:
  std::vector<Part> parts_;
  double offset_;
};

// The earlier tasks of a history, each as a process of its own that is fitted once.
class PriorModels {
 public:
  // The map must outlive it.
  explicit PriorModels(const FeatureMap& map) : map_(&map) {}

  // Fits the tasks, unless they are those it knows. Those without a complete trial are left out.
  // When time is up the rest follows at the next call.
  void learn(const std::vector<PriorTask>& tasks,
             const ModelOptions& options,
             const Effort& effort);
  bool empty() const { return models_.empty(); }
  // Another one for other tasks.
  std::uint64_t digest() const { return digest_; }

  // The sum of the tasks' weights for complete trials at `features` with `values`, on any scale.
  double trust(const Points& features, const Eigen::VectorXd& values) const;

  // For complete trials of this task at `features` with standardised values `targets`. The weights
  // w_t are rank_weight's; b, at most 3, is the slope of the targets over the weighted mean,
  // counted as 1 before the trials say otherwise:  b = (2 + <m, z>) / (2 + <m, m>), both centred.
  // Null when no task is to be trusted.
  std::shared_ptr<const MeanFunction> mean_for(const Points& features,
                                               const Eigen::VectorXd& targets) const;

 private:
  const FeatureMap* map_;
  std::uint64_t digest_ = 0;
  std::size_t learned_ = 0;  // tasks that have been looked at
  std::vector<std::shared_ptr<const Surrogate>> models_;
};

}  // namespace automl::search::gp
