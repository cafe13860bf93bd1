// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "search/gp/acquisition_optimizer.hpp"
#include "search/gp/branches.hpp"
#include "search/gp/candidates.hpp"
#include "search/gp/confidence_bound.hpp"
#include "search/gp/joint_model.hpp"
#include "search/sampler.hpp"
#include "search/samplers/observation_table.hpp"
#include "search/samplers/sobol.hpp"
#include "search/samplers/tpe.hpp"
#include "search/samplers/uniform.hpp"

namespace automl::search {

struct GpOptions {
  int initial = 0;       // finished trials before the model is used; 0: by the dimensions
  int candidates = 512;  // screened for each suggestion
  int sprayed = 20;      // more around each of the best trials
  int scenarios = 32;    // what pending trials may turn out to be
  // More trials than this at a time are a crowd: what is pending is taken for what the model
  // expects of it, each request has lengthscales of its own, some suggestions go across from the
  // best trial, and most of the others go by a confidence bound; `nearby` of these stay near one of
  // the three best trials.
  int crowd = 8;
  double nearby = 0.5;
  int across = 32;  // per parameter, when the best place is well known
  // The best place is well known when the log expected improvement is below this everywhere.
  double enough = -7;
  // After so many trials without a marked improvement, but while there is enough, every second
  // suggestion looks for more than an improvement: by `impatience` a trial more, up to
  // `most_demanded` (standard deviations).
  int patience = 5;
  double impatience = 0.05;
  double most_demanded = 1;
  gp::ModelOptions model;
  gp::OptimizerOptions optimizer;
};

// Bayesian optimisation with a Gaussian process: docs/algorithms/gp.md. First come the default
// configuration and Sobol points; then the configuration with the largest log expected improvement
// that is neither forbidden, finished nor pending, given the finished trials and averaged over what
// the pending ones may turn out to be. With many pending ones a model that is wrong would be wrong
// in all of them, so each request is answered by another one, and many suggestions stay near the
// best trials. Where many of the last trials are exactly as good as the best one, the model does
// not know what is better, and Sobol points and tpe take its place. Once the best place is well
// known they go across from it, doubt the model, look far away, or stay, by turns
// (gp_elsewhere.cpp). With outcome constraints the improvement is weighed with the probability that
// they are met; until one trial meets them, less violation is looked for, weighed alike. With 2 to
// 4 objectives the expected growth of the dominated hypervolume takes the improvement's place; from
// 3 on, every second suggestion goes by random weights of the objectives. Where the history has
// earlier tasks, their best configurations come first instead, and a single objective without
// constraints has their mean function: docs/algorithms/inherit.md. What is not done when time is up
// is left to tpe.
class GpSampler : public Sampler {
 public:
  GpSampler(const SearchSpace& space, const GpOptions& options);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  struct Turn {
    const Request& request;
    std::uint64_t index;
    std::vector<Configuration>& pending;
    SeenConfigurations& pending_seen;
    Random random;
    bool crowded;
  };

  // The number of finished trials from which on the model is used.
  std::size_t initial(const Request& request) const;
  // The default configuration, one of the best of earlier tasks, or a Sobol point.
  Suggestion suggest_without_model(Turn& turn, const std::string& why);
  // How many of the last trials are exactly as good as the best one; 0 when they are few.
  std::size_t on_plateau() const;
  // A Sobol point or by tpe, the former the more likely the more of the last trials are alike.
  Suggestion suggest_on_plateau(Turn& turn, std::size_t alike);
  std::optional<Suggestion> suggest_inherited(Turn& turn);
  // From the finished and these pending trials, with a share of the lengthscales that are likely.
  std::optional<gp::Wanted> learn(const Request& request,
                                  const std::vector<Configuration>& pending,
                                  double lengthscales);
  std::optional<Suggestion> suggest_by_model(Turn& turn, const gp::Wanted& wanted);
  std::optional<Suggestion> suggest_in_crowd(Turn& turn, const gp::Wanted& wanted);
  // The improvement by weights of the objectives, drawn at random.
  std::optional<Suggestion> suggest_by_weights(Turn& turn, const gp::Wanted& wanted);
  std::optional<Suggestion> suggest_nearby(Turn& turn,
                                           const gp::Wanted& wanted,
                                           const gp::Acquisition& acquisition);
  // The acquisition's largest values within a region, with some near `centres`.
  gp::Proposals proposals(Turn& turn,
                          const gp::Wanted& wanted,
                          const gp::Acquisition& acquisition,
                          const gp::Points& centres,
                          const gp::Region& region);
  gp::Proposals proposals(Turn& turn, const gp::Wanted& wanted);

  // Once the best place is well known (gp_elsewhere.cpp). Unset: the search stays there for one
  // more trial. `late`: it has been known for some trials.
  std::optional<Suggestion> suggest_elsewhere(Turn& turn, const gp::Wanted& wanted, bool late);
  std::optional<Suggestion> suggest_across(Turn& turn, const gp::Wanted& wanted);
  // As if the function changed faster than it seems to; with `far`, in what is furthest from all
  // trials.
  std::optional<Suggestion> suggest_in_doubt(Turn& turn, bool far);
  // From another branch (search/gp/branches.hpp): the most promising one whose own best is not well
  // known yet.
  std::optional<Suggestion> suggest_in_branch(Turn& turn, const gp::Wanted& wanted);
  std::optional<Suggestion> first_of_branch(Turn& turn,
                                            const gp::Wanted& wanted,
                                            const gp::Branch& branch);
  std::optional<Suggestion> best_of_branch(Turn& turn, const gp::Branch& branch);
  std::optional<gp::Wanted> learn_branch(const Turn& turn, const gp::Branch& branch);
  double share() const;  // of the coordinates that move around a trial
  std::optional<Suggestion> first_untried(const Turn& turn,
                                          const gp::Wanted& wanted,
                                          const gp::Proposals& proposals) const;
  Suggestion suggest_cheaply(Turn& turn, const std::string& why);  // by tpe
  Suggestion suggest_untried(Turn& turn, const std::string& why);
  Suggestion explained(Configuration configuration,
                       const gp::Wanted& wanted,
                       const gp::Points& point) const;
  static std::optional<Suggestion> because(const std::string& why,
                                           std::optional<Suggestion> suggestion);
  bool crowded(const Request& request) const;
  void imagine(gp::Wanted& wanted,
               const Configuration& configuration,
               bool crowded,
               Random& random);
  bool seen(const Turn& turn, const Configuration& configuration) const;

  const SearchSpace& space_;
  GpOptions options_;
  gp::FeatureMap map_;
  gp::JointModel model_;
  std::map<std::pair<std::size_t, std::size_t>, gp::JointModel> branches_;  // parameter, level
  gp::Candidates candidates_;
  gp::AcquisitionOptimizer optimizer_;
  SobolSampler sobol_;
  TpeSampler cheaper_;
  ObservationTable table_;
  std::size_t initial_;
};

}  // namespace automl::search
