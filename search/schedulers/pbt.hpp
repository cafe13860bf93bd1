// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/scheduler.hpp"
#include "search/schedulers/perturbation.hpp"
#include "search/schedulers/trajectories.hpp"

namespace automl::search {

// How a member finds out that it should copy another one (Jaderberg et al. 2017, section 4.3).
enum class Exploitation {
  kTruncation,  // in the worst fraction: one of the best fraction
  kTournament,  // a random other member that is better
  kTTest,       // the same if its last values are better by Welch's t-test at 5 %
};

struct PbtOptions {
  std::int64_t interval = 5;  // steps between decisions; >= 1
  Exploitation exploitation = Exploitation::kTruncation;
  double fraction = 0.2;  // of truncation; (0, 0.5]
  // So many members take turns where fewer can run at once; 0: those that run are the population.
  std::size_t population = 0;
  PerturbOptions perturb;
  Limits limits;
};

// Population based training (Jaderberg et al., arXiv:1711.09846). Members are the trials that run
// or are paused. At every multiple of `interval` a member compares its last value with the
// others'; a bad one copies the weights of a good one (exploit) and goes on with a changed
// configuration (explore). Members never wait for each other, and those that have ended are
// neither copied, which would leave nothing to train, nor counted. A member that exploited takes
// part again once it has reported.
//
// With `population`, one that is not to exploit pauses at a multiple of `interval` while others
// wait that are behind it. A free slot goes to a new member until there are so many, then to the
// one that is furthest behind; of those at one step the best comes first, so that the bad ones are
// compared with members who have come as far.
class PbtScheduler : public Scheduler {
 public:
  // The space must outlive it. Throws std::invalid_argument for limits that do not fit it.
  PbtScheduler(const SearchSpace& space, const PbtOptions& options, const Setting& setting)
      : PbtScheduler("pbt", space, options, setting) {}
  Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) override;
  std::optional<Resume> on_slot_free(const TrialCurves& curves) override;

 protected:
  PbtScheduler(std::string name,
               const SearchSpace& space,
               const PbtOptions& options,
               const Setting& setting)
      : name_(std::move(name)),
        space_(space),
        limits_(widened(space, options.limits)),
        options_(options),
        setting_(setting) {}

  // The configuration of `member` after it has copied `source` (indices of curves).
  virtual Explored changed(const TrialCurves& curves,
                           std::size_t member,
                           std::size_t source,
                           Random& random);
  const SearchSpace& limits() const { return limits_; }
  const PbtOptions& options() const { return options_; }

 private:
  struct Member {
    double value;  // last one; +inf: not finite
    std::int64_t trial;
    std::size_t curve;
  };
  struct Choice {
    std::optional<std::size_t> source;  // curve
    std::string why;
  };
  std::vector<Member> population(const TrialCurves& curves) const;
  // How many are paused at an earlier step than the member's.
  std::size_t waiting_behind(const TrialCurves& curves, std::size_t member) const;
  Choice choose(std::vector<Member> members, const Member& self, Random& random) const;
  Choice truncate(std::vector<Member> members, const Member& self, Random& random) const;
  bool significantly_better(std::size_t other, std::size_t self) const;

  std::string name_;
  const SearchSpace& space_;
  SearchSpace limits_;
  PbtOptions options_;
  Setting setting_;
  Trajectories trajectories_;
};

// One-sided p-value of Welch's t-test that the mean behind `a` is lower than that behind `b`, each
// of two values at least; 0 or 1 when neither varies.
double welch_lower(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace automl::search
