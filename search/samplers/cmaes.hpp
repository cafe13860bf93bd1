// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Dense>

#include "search/sampler.hpp"
#include "search/samplers/axis.hpp"
#include "search/samplers/covariance_adaptation.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {

struct CmaesOptions {
  double step = 0.25;  // initial standard deviation in the unit cube; (0, 1]
  int population = 0;  // 0: 4 + floor(3 log n) for n parameters, doubled with every restart
};

// Covariance matrix adaptation with integers and categories, docs/algorithms/cmaes.md. Every
// `population` finished trials, in the order in which they finished, make a generation, whoever
// proposed them: so the state follows from the history, and parallel trials cost nothing. Only the
// order of values matters. When a generation has nothing more to gain it starts again elsewhere
// with twice the population (IPOP).
class CmaesSampler : public Sampler {
 public:
  CmaesSampler(const SearchSpace& space, CmaesOptions options);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  // All that is learnt; what `read` makes of the first `used` observations of a history.
  struct State {
    CovarianceAdaptation shape;
    std::vector<Eigen::VectorXd> categories = {};  // probabilities, one vector per category axis
    std::size_t used = 0;
    std::uint64_t digest = 0;  // of those observations
    int restarts = 0;
    std::size_t best_at = 0;  // generation of the last improvement since the restart
    std::optional<double> best = std::nullopt;
  };

  State fresh(int restarts, std::uint64_t seed) const;
  void read(const Request& request);
  void learn(State& state, const std::vector<const Observation*>& generation) const;
  bool stagnates(const State& state) const;
  Eigen::VectorXd margins(const State& state) const;
  Configuration draw(const State& state, Random& random) const;
  std::optional<Suggestion> fall_back(Random& random, const SeenConfigurations& seen) const;

  const SearchSpace& space_;
  CmaesOptions options_;
  std::vector<Axis> numbers_;
  std::vector<Axis> categories_;
  std::optional<State> state_;
  std::uint64_t seed_ = 0;
};

}  // namespace automl::search
