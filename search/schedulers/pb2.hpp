// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "search/gp/feature_map.hpp"
#include "search/gp/marginal_likelihood.hpp"
#include "search/gp/surrogate.hpp"
#include "search/schedulers/pbt.hpp"
#include "search/schedulers/training_intervals.hpp"

namespace automl::search {

struct Pb2Options {
  std::int64_t interval = 5;  // steps between decisions; >= 1
  double fraction = 0.25;     // of truncation; (0, 0.5]
  int candidates = 128;       // drawn for each decision; >= 1
  Limits limits;
  std::size_t population = 0;  // as in PbtOptions
};

// Population based bandits (Parker-Holder, Nguyen and Roberts, NeurIPS 2020): exploits by
// truncation, but explores by a time-varying Gaussian process over (time, configuration) of what
// each interval of training gained. The gains of the last intervals are standardised and clipped
// to [-2, 2]; other members' configurations are imagined to gain what the model expects; the next
// configuration maximises, over the space,
//   mean + sqrt(beta) deviation,   beta = 0.2 log(max(0.4 n, e)),
// the paper's beta_t = c1 log(c2 t) with a floor. Time is one more dimension of the kernel, with a
// lengthscale of its own, instead of the paper's factor (1 - eps)^(|t - t'| / 2): either makes old
// gains count less. Categories, integers and conditions are part of the kernel. While fewer than
// four gains are known the configuration is perturbed as in pbt.
class Pb2Scheduler : public PbtScheduler {
 public:
  // The space must outlive it. Throws std::invalid_argument for limits that do not fit it.
  Pb2Scheduler(const SearchSpace& space, const Pb2Options& options, const Setting& setting);
  // The maps refer to the space beside them.
  Pb2Scheduler(const Pb2Scheduler&) = delete;
  Pb2Scheduler& operator=(const Pb2Scheduler&) = delete;

 protected:
  Explored changed(const TrialCurves& curves,
                   std::size_t member,
                   std::size_t source,
                   Random& random) override;

 private:
  std::optional<gp::Surrogate> learn(const TrialCurves& curves) const;
  void imagine_others(const TrialCurves& curves, std::size_t member, gp::Surrogate& model) const;
  // Rows of unit points of the space to the kernel's features now.
  gp::Points features_now(const gp::Points& unit) const;
  void write_unit(const Configuration& configuration, double time, double* row) const;

  int candidates_;
  TrainingIntervals gains_;
  gp::FeatureMap map_;
  SearchSpace timed_;  // the space and time
  gp::FeatureMap timed_map_;
  gp::Prior prior_;
};

// sqrt(beta) for n known gains.
double pb2_exploration(std::size_t n);

}  // namespace automl::search
