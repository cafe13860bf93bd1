// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "search/sampler.hpp"
#include "search/samplers/parzen.hpp"
#include "search/samplers/sobol.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {

struct TpeOptions {
  int initial = 10;     // points of a scrambled Sobol sequence first; >= 1
  int candidates = 24;  // drawn from the good density, the best ratio wins; >= 1
  double gamma = 0.1;   // share of trials that count as good; (0, 1)
  int most_good = 25;   // at most this many; >= 1
};

// Tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011) in its multivariate form
// (Falkner et al., ICML 2018) with the settings that Watanabe (arXiv:2304.11127) found to matter.
// The trials are split into the best ceil(gamma n) and the rest; both sides become mixtures over
// whole configurations, and the candidate with the largest l(x) / g(x) is proposed (eq. 2 there).
//
// Conditional spaces: parameters with the same conditions form a group; each group is proposed from
// the trials in which it was active, after its parents. Pending trials count as bad (constant
// liar), failed ones always, pruned ones rank behind complete ones.
//
// Cost of one suggestion: O(n d) with a small constant; encoded trials are cached between calls.
class TpeSampler : public Sampler {
 public:
  TpeSampler(const SearchSpace& space, TpeOptions options);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  struct Group {
    std::vector<std::size_t> parameters;
    std::vector<Comparison> conditions;
  };
  struct Split {
    std::vector<std::size_t> good;  // rows of rows_, in order of trial number
    std::vector<std::size_t> bad;
  };
  struct Proposal {
    Configuration configuration;
    double log_ratio = 0;
  };

  void read(const History& history);
  Split split(const History& history) const;
  Suggestion suggest_one(const Request& request,
                         const Split& split,
                         const std::vector<std::vector<double>>& liars,
                         std::uint64_t index);
  Proposal propose(const Split& split,
                   const std::vector<std::vector<double>>& liars,
                   Random& random);
  // Adds the group's best candidate to `unit`; returns its log density ratio.
  double propose_group(const Group& group,
                       const Split& split,
                       const std::vector<std::vector<double>>& liars,
                       Random& random,
                       std::vector<double>& unit);
  Suggestion initial_point(const Request& request, std::uint64_t index);

  const SearchSpace& space_;
  TpeOptions options_;
  bool finite_;
  std::vector<Group> groups_;
  SobolSampler sobol_;
  // Cache over the history seen so far: unit-cube rows and what was met.
  std::vector<std::vector<double>> rows_;
  std::vector<std::int64_t> trials_;
  SeenConfigurations seen_;
};

}  // namespace automl::search
