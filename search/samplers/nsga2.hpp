// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "search/sampler.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {

struct Nsga2Options {
  int population = 20;          // parents, and Sobol points before the first offspring; >= 4
  double crossover = 0.9;       // probability that an offspring has two parents
  double crossover_spread = 5;  // distribution index of simulated binary crossover; > 0
  double mutation_spread = 3;   // distribution index of polynomial mutation; > 0
};

// NSGA-II (Deb et al., IEEE Trans. Evol. Comp. 6(2), 2002) for one or several objectives, with
// constraints, docs/algorithms/nsga2.md. Parents are the best of everything that has finished, so
// there are no generations to wait for: each suggestion is an offspring of its own.
class Nsga2Sampler : public Sampler {
 public:
  Nsga2Sampler(const SearchSpace& space, Nsga2Options options) : space_(space), options_(options) {}
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  std::vector<const Observation*> parents(const Request& request) const;
  Configuration offspring(const std::vector<const Observation*>& parents, Random& random) const;
  std::optional<Suggestion> fall_back(Random& random, const SeenConfigurations& seen) const;
  double crossed(const Parameter& parameter, double a, double b, Random& random) const;
  double mutated(const Parameter& parameter, double value, Random& random) const;

  const SearchSpace& space_;
  Nsga2Options options_;
};

}  // namespace automl::search
