// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/sampler.hpp"
#include "search/samplers/observation_table.hpp"
#include "search/samplers/parzen.hpp"
#include "search/samplers/sobol.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {

struct TpeOptions {
  int initial = 10;     // finished trials before the model is used; >= 1
  int candidates = 24;  // drawn from the good density, the best ratio wins; >= 1
  double gamma = 0.15;  // share of trials that count as good; (0, 1)
  int most_good = 25;   // at most this many; >= 1
  // Narrow kernels and sure categories where trials are good, broad ones elsewhere; but a category
  // that decides over other parameters is left only slowly, as its branch must be learnt first.
  // The figures come from shifted test functions of 2 to 20 dimensions, 25 to 200 trials each.
  ParzenOptions good = {.width = 0.12, .category_spread = 0.5, .branch_spread = 4};
  ParzenOptions bad = {.width = 0.2, .category_spread = 2, .branch_spread = 2};
};

// Tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), multivariate (Falkner et al.,
// ICML 2018), with settings after Watanabe (arXiv:2304.11127): docs/algorithms/tpe.md.
//
// The best ceil(gamma n) trials and the rest become two densities l and g; candidates drawn from l
// are ranked by log l - log g. Parameters with the same conditions form a group, modelled from the
// trials in which it was active and proposed after its parents. Pending trials count as bad (so do
// failed ones, always); pruned ones rank behind complete ones. With several objectives or outcome
// constraints search/ranking.hpp says which trials are best: by front, those that miss constraints
// last. The order in which trials finished does not matter; ties go to the lower trial number.
//
// Earlier tasks of the history (docs/algorithms/inherit.md) add kernels to both densities, of less
// weight the less their ranking agrees with this task's trials, and their best configurations come
// first.
//
// First come the default configuration and Sobol points. A configuration that is finished or
// pending is not proposed again while another one can be found. O(n d) per suggestion.
class TpeSampler : public Sampler {
 public:
  TpeSampler(const SearchSpace& space, TpeOptions options);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  struct Group {
    std::vector<Axis> axes;
    std::vector<Comparison> conditions;
    std::size_t witness;  // a parameter that is active exactly when the group is
  };
  struct Split {
    std::vector<std::size_t> good;  // rows, best first
    std::vector<std::size_t> bad;   // rows by trial number
  };
  struct GroupModel {
    ParzenEstimator good;
    ParzenEstimator bad;
  };
  // Candidates of a group, best first.
  struct Candidates {
    std::vector<Eigen::ArrayXd> points;
    std::vector<double> scores;
  };
  // What one suggestion is made with.
  struct Turn {
    const Request& request;
    std::uint64_t index;
    const std::vector<Configuration>& pending;
    const SeenConfigurations& pending_seen;
    Random random;
    std::vector<std::optional<GroupModel>> models;
  };

  Suggestion suggest_one(Turn& turn);
  Suggestion suggest_initial(Turn& turn);
  std::optional<Suggestion> suggest_by_model(Turn& turn);
  std::optional<Suggestion> suggest_unseen(Turn& turn, const std::string& why);

  Split split(const ObservationTable& table, const Group& group) const;
  // Kernels that earlier tasks add to a group's densities.
  struct Inherited {
    std::vector<std::vector<double>> points;
    std::vector<double> weights;
  };
  void read_prior(const History& history);
  void inherit(const Group& group, Inherited& good, Inherited& bad) const;
  // Unit coordinates of the pending trials in which the group is active, sorted.
  std::vector<std::vector<double>> liars(const Turn& turn, const Group& group) const;
  // Observations × axes; `more` below the rows of the table.
  Eigen::ArrayXXd coordinates(const Group& group,
                              const std::vector<std::size_t>& rows,
                              const std::vector<std::vector<double>>& more) const;
  const GroupModel& model(Turn& turn, std::size_t group) const;
  Candidates candidates(Turn& turn, std::size_t group) const;
  bool seen(const Turn& turn, const Configuration& configuration) const;
  // One configuration; the first group takes its candidate number `rank`. Adds up the scores.
  Configuration compose(Turn& turn, const Candidates& first, std::size_t rank, double& score) const;

  const SearchSpace& space_;
  TpeOptions options_;
  std::vector<Group> groups_;
  SobolSampler sobol_;
  ObservationTable table_;
  std::vector<ObservationTable> priors_;
  std::vector<double> prior_weights_;
};

}  // namespace automl::search
