// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "search/gp/feature_map.hpp"
#include "search/gp/neighbourhood.hpp"
#include "search/random.hpp"

namespace automl::search::gp {

// Sobol points under a random shift (Cranley and Patterson 1976), as snapped unit points. They may
// be forbidden.
class Candidates {
 public:
  // The map must outlive it.
  explicit Candidates(const FeatureMap& map) : map_(&map) {}

  Points spread(Eigen::Index count, const Region& region, Random& random);
  // `each` points around every row of `centres`: each active coordinate moves with the probability
  // `share` (one at least), by a normal deviate of width 0.1, 0.01 or 0.001 or, without order, to
  // any other value.
  Points around(const Points& centres, Eigen::Index each, double share, Random& random) const;
  // The same points with one parameter at a level; what becomes active takes a random value.
  Points switched(Points points, std::size_t parameter, std::size_t level, Random& random) const;
  // `each` points for every varying parameter, in which that one has any other value, at least a
  // tenth of its range away; what becomes active takes a random value. Four times as many for a
  // parameter that others depend on.
  Points across(const Eigen::RowVectorXd& centre, Eigen::Index each, Random& random) const;

 private:
  void awaken(Eigen::RowVectorXd& point, Random& random) const;
  void move(std::size_t parameter, double width, Random& random, double& unit) const;

  const FeatureMap* map_;
  Points base_;  // a prefix of one sequence
};

}  // namespace automl::search::gp
