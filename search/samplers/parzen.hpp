// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// A mixture of product kernels over some parameters of a space, in unit-cube coordinates, with one
// component per observation and a uniform-like prior, all of equal weight.
//
// Continuous coordinates: normal kernels truncated to [0, 1], all of the same width
//   sigma = max(0.2 n^(-1/(d+4)), 1 / min(100, n + 1))
// (Scott's rule with magic clipping; Watanabe, arXiv:2304.11127, sec. 3.3.4), prior N(1/2, 1).
// Numbers with up to 64 cells: the normal's mass of each cell. Categories: 1 + eps for the observed
// one, eps = 1 / (n + 1) for the others, normalised (Aitchison and Aitken 1976 in effect).
class ParzenEstimator {
 public:
  // `rows`: one vector over the whole space each; `parameters` are the coordinates used.
  ParzenEstimator(const SearchSpace& space,
                  const std::vector<std::size_t>& parameters,
                  const std::vector<const std::vector<double>*>& rows);

  // A draw, one column per parameter.
  Eigen::VectorXd sample(Random& random) const;
  // log density of each column of `points` (parameters × points).
  Eigen::ArrayXd log_density(const Eigen::MatrixXd& points) const;

 private:
  // Log kernel mass between any two values of a discrete coordinate: [observed * count + value];
  // the last block is the prior.
  struct Table {
    Eigen::Index row;
    std::size_t count;
    std::vector<double> log_mass;
    std::vector<std::size_t> observed;  // per component
  };

  void add_discrete(Eigen::Index row, const Parameter& parameter, std::size_t count);

  Eigen::Index components_ = 0;  // without the prior
  double sigma_ = 1;
  Eigen::MatrixXd centers_;  // parameters × components
  std::vector<Eigen::Index> continuous_;
  std::vector<bool> category_;       // per parameter: no order between its values
  std::vector<std::size_t> counts_;  // values per parameter, 0: continuous
  Eigen::MatrixXd continuous_centers_;
  Eigen::ArrayXd constants_;  // per component: log weight and normalisers
  std::vector<Table> tables_;
};

}  // namespace automl::search
