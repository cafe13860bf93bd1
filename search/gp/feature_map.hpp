// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "search/search_space.hpp"

namespace automl::search::gp {

// Rows are points, columns parameters or features. Row-wise storage: points are handed around.
using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Where the kernel sees a configuration: squared Euclidean distances between features, each column
// divided by the lengthscale of its dimension, are the kernel's distances.
//
// A unit point has one coordinate per parameter (space_encoding.hpp), NaN where it is inactive; it
// is snapped when discrete coordinates sit in the middle of their cells. Its features are
//  - float, int, step, ordinal, bool: one column in [0, 1], both ends attained; 1/2 while inactive;
//    ordinals with a numeric scale keep their true distances;
//  - categorical: one column per choice, 1/sqrt(2) for the chosen one, so that two different
//    choices are at distance 1; all zero while inactive;
//  - each distinct set of conditions: one column, 1 while it holds and 0 otherwise.
// So two points in which a parameter is active differ by its distance, two inactive ones do not
// differ, and one of each differs by a learnt amount; the kernel is valid as it is an embedding.
class FeatureMap {
 public:
  struct Column {
    std::size_t dimension;  // which lengthscale
    std::size_t parameter;  // for a flag: one that is active exactly when the flag is set
    int category;           // the choice it stands for, kNumeric or kFlag
  };
  static constexpr int kNumeric = -1;
  static constexpr int kFlag = -2;

  // The space must outlive the map.
  explicit FeatureMap(const SearchSpace& space);

  const SearchSpace& space() const { return *space_; }
  const std::vector<Column>& columns() const { return columns_; }
  std::size_t dimensions() const { return dimensions_; }
  // Whether values along a dimension are only equal or different, at distance 1: choices, anything
  // with two values, conditions.
  bool nominal(std::size_t dimension) const { return nominal_[dimension]; }
  // Parameters with more than one value.
  const std::vector<std::size_t>& varying() const { return varying_; }
  // Column of a numeric parameter, kNone for others.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t numeric_column(std::size_t parameter) const { return numeric_column_[parameter]; }
  // All parameters are floats without step, conditions or forbidden clauses: unit points are their
  // own features.
  bool plain() const { return plain_; }

  // Rows of snapped unit points to rows of features.
  Points features(const Points& unit) const;
  // A numeric column's feature back to the parameter's unit coordinate (not snapped).
  double unit(std::size_t parameter, double feature) const;
  // Its inverse, within [0, 1]; not for ordinals.
  double feature(std::size_t parameter, double unit) const;
  // Discrete coordinates to the middle of their cells; parameters whose conditions fail become
  // inactive, newly active ones keep their coordinate (0.5 if it is NaN).
  void snap(Eigen::Ref<Eigen::RowVectorXd> unit) const;

 private:
  void write_parameter(std::size_t parameter, double unit, double* row) const;

  const SearchSpace* space_;
  std::vector<Column> columns_;
  std::vector<std::size_t> first_column_;  // per parameter, kNone if it does not vary
  std::vector<std::size_t> numeric_column_;
  std::vector<std::size_t> varying_;
  std::vector<bool> nominal_;        // per dimension
  std::vector<double> middle_low_;   // unit coordinate of the first level, 0 for continuous ones
  std::vector<double> middle_high_;  // of the last level
  std::size_t dimensions_ = 0;
  bool plain_ = true;
};

}  // namespace automl::search::gp
