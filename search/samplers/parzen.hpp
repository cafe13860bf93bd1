// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/random.hpp"
#include "search/samplers/axis.hpp"

namespace automl::search {

// docs/algorithms/tpe.md says where the figures come from.
struct ParzenOptions {
  // sigma = width * n^(-1 / (4 + d)), in units of the range, at least 1 / min(100, n + 1) of it
  // and half a cell.
  double width = 0.2;
  // Weight of the prior beside weight 1 of each observation; > 0 keeps every point possible.
  double prior_weight = 1;
  // Weight of the unobserved values of a category, beside that of the prior; > 0.
  double category_spread = 1;
  // The same for a category on which other parameters depend.
  double branch_spread = 1;
};

// A density on the unit cube: a mixture of product kernels, one per observation, and a prior that
// is nearly uniform.
//
// Line: normal truncated to [0, 1]. Cells: the mass of that normal in the cell. Category:
// 1 + e for the observed value, e for the others, normalised, e = prior_weight / (n + 1).
class ParzenEstimator {
 public:
  // `points`: observations × axes, unit coordinates. `axes` must outlive the estimator.
  ParzenEstimator(const std::vector<Axis>& axes,
                  Eigen::ArrayXXd points,
                  Eigen::ArrayXd weights,
                  const ParzenOptions& options);

  // A draw, one coordinate per axis.
  Eigen::ArrayXd sample(Random& random) const;

  // Per row of `points` (points × axes): log of density times the widths of the cells, so discrete
  // axes contribute a mass. Accurate to about 1e-3 relative; one pass over the kernels per point.
  Eigen::ArrayXd log_density(const Eigen::ArrayXXd& points) const;

  Eigen::Index size() const { return points_.rows(); }
  // Width of the kernels along an axis.
  double sigma(Eigen::Index axis) const { return sigmas_(axis); }

 private:
  void set_widths(const ParzenOptions& options);
  bool looked_up(const Axis& axis) const;
  void set_constants(const Eigen::ArrayXd& shares);  // of the kernels in the mixture
  // The log normaliser of a kernel of width sigma, by its centre; axes share it.
  struct Truncation {
    double sigma = -1;
    Eigen::ArrayXd table;
  };
  void add_truncation(Eigen::Index axis, Truncation& truncation, Eigen::ArrayXd& logs) const;
  // Adds an axis' log kernels at `x` to `logs` (one entry per kernel).
  void add_line(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const;
  void add_cell(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const;
  void add_category(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const;
  double log_prior(const Eigen::ArrayXXd& points, Eigen::Index row) const;
  double category_share(Eigen::Index axis, bool same) const;

  const std::vector<Axis>& axes_;
  Eigen::ArrayXXd points_;     // kernels × axes
  Eigen::ArrayXd cumulative_;  // of the weights
  Eigen::ArrayXd sigmas_;      // per axis
  double prior_weight_;
  double prior_share_ = 1;           // of the mixture
  Eigen::ArrayXd category_epsilon_;  // per axis
  // Single precision, for speed: scaled so that the exponent is -(x * scale - centre)^2.
  Eigen::ArrayXf scales_;  // per axis
  Eigen::ArrayXXf centres_;
  Eigen::ArrayXXi cells_;     // of the kernels' centres, where masses are looked up
  Eigen::ArrayXf constants_;  // log of weight and normalisers of the lines and cells
};

}  // namespace automl::search
