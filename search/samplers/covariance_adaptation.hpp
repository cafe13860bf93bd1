// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Dense>

#include "search/random.hpp"

namespace automl::search {

// The covariance matrix adaptation evolution strategy in [0, 1]^n with weighted recombination of
// all points, the bad ones with negative weights (N. Hansen, "The CMA evolution strategy: a
// tutorial", arXiv:1604.00772v2, eqs. 41 to 58 and table 1). Points need not come from the current
// distribution: steps that are too long are shortened, as Hansen proposes for injected solutions
// ("Injecting external solutions into CMA-ES", arXiv:1110.4181, eq. 4).
class CovarianceAdaptation {
 public:
  // population >= 4; step: the initial standard deviation.
  CovarianceAdaptation(Eigen::VectorXd mean, double step, int population);

  // A point of the distribution, each coordinate within [0, 1]: drawn again some times when one is
  // outside, then moved to the bound. `least[i]`: at least this standard deviation in coordinate i.
  Eigen::VectorXd sample(Random& random, const Eigen::VectorXd& least) const;

  // One generation: `population` points as columns, the best first; NaN coordinates count as the
  // mean's.
  void update(const Eigen::MatrixXd& best_first);

  // Nothing more to gain from this distribution: too narrow, or too badly conditioned.
  bool exhausted() const;

  const Eigen::VectorXd& mean() const { return mean_; }
  double step() const { return step_; }
  int population() const { return population_; }
  std::size_t generation() const { return generation_; }
  // Standard deviation of each coordinate.
  Eigen::VectorXd deviations() const;
  // Weights of the better half, which add up to 1, and their effective number.
  const Eigen::VectorXd& weights() const { return weights_; }
  double effective() const { return effective_; }

 private:
  void set_weights();
  void decompose();

  int population_;
  Eigen::VectorXd mean_;
  double step_;
  Eigen::VectorXd weights_;  // by rank, 0 .. population-1
  double effective_ = 1;     // mu_eff
  double step_rate_ = 0, step_damping_ = 1;
  double path_rate_ = 0, rank_one_ = 0, rank_mu_ = 0;
  double normal_length_ = 1;  // expected length of a standard normal vector
  Eigen::MatrixXd covariance_;
  Eigen::MatrixXd axes_;     // its eigenvectors
  Eigen::VectorXd lengths_;  // square roots of its eigenvalues
  Eigen::VectorXd step_path_, path_;
  std::size_t generation_ = 0;
};

}  // namespace automl::search
