// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "search/gp/acquisition.hpp"
#include "search/gp/feature_map.hpp"
#include "search/samplers/observation_table.hpp"

namespace automl::search::gp {

// Whether other parameters depend on it.
bool switches(const SearchSpace& space, std::size_t parameter);

// The configurations with one value of a parameter that others depend on, or of any choice where
// there is no such parameter.
struct Branch {
  std::size_t parameter;
  std::size_t level;         // search/levels.hpp
  std::size_t finished = 0;  // trials, whatever became of them
  std::size_t trials = 0;    // complete ones
  double best = 0;           // the lowest value of those
};

// Those that differ from a configuration in the value of one parameter that is active in it and has
// ten values at most: those without a complete trial first, if they have fewer than `patience`
// others, then by their best value. `unit`: the configuration's unit point.
std::vector<Branch> other_branches(const ObservationTable& table,
                                   const SearchSpace& space,
                                   const Eigen::RowVectorXd& unit,
                                   std::size_t patience);

// Another acquisition within a branch; outside of it next to nothing. That one must outlive it.
class WithinBranch : public Acquisition {
 public:
  // `inside`: the features of a point in it.
  WithinBranch(const Acquisition& wanted,
               const FeatureMap& map,
               const Branch& branch,
               const Eigen::RowVectorXd& inside);

  Eigen::VectorXd values(const Points& features) const override;
  void values(const Points& features, Eigen::VectorXd& values, Points& gradients) const override;

 private:
  bool holds(const Points& features, Eigen::Index row) const;

  const Acquisition* wanted_;
  Eigen::Index column_;
  double feature_;
};

}  // namespace automl::search::gp
