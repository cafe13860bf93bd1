// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "search/gp/feature_map.hpp"

namespace automl::search::gp {

// What the data decide. Lengthscales are those of FeatureMap's dimensions.
struct Hyperparameters {
  Eigen::ArrayXd log_lengthscale;  // dimensions
  double log_scale = 0;            // variance of the function
  double log_noise = -6;           // variance of an observation around it
  // Kumaraswamy's input warping, w(x) = 1 - (1 - x^a)^b, per dimension; empty: none. Only numeric
  // columns are warped.
  Eigen::ArrayXd log_a;
  Eigen::ArrayXd log_b;

  bool warped() const { return log_a.size() > 0; }
};

// Features as the kernel measures them: warped, and each column divided by its lengthscale, so that
// squared distances are Euclidean. Numeric columns are centred before, which keeps the squared
// distances precise when they are computed from products.
class Scaling {
 public:
  Scaling(const FeatureMap& map, const Hyperparameters& hyperparameters);

  Points apply(const Points& features) const;
  // d apply / d feature, entry by entry.
  Points slope(const Points& features) const;
  // d apply / d log a and d apply / d log b of the numeric columns, 0 elsewhere.
  void warp_slopes(const Points& features, Points& by_a, Points& by_b) const;
  // 1 / lengthscale of each column.
  const Eigen::RowVectorXd& weights() const { return weights_; }

 private:
  Eigen::RowVectorXd weights_;
  Eigen::RowVectorXd centres_;
  std::vector<Eigen::Index> warped_;  // columns
  Eigen::ArrayXd a_;                  // of those columns
  Eigen::ArrayXd b_;
};

// |x_i - y_j|^2, rows of x × rows of y, never negative.
Eigen::ArrayXXd squared_distances(const Points& x, const Points& y);

// Matérn's kernel of smoothness 5/2 and variance 1 at squared distances r2:
//   k = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r),  dk/d(r^2) = -5/6 (1 + sqrt(5) r) exp(-sqrt(5)
//   r)
// (Rasmussen and Williams 2006, eq. 4.17).
void matern(const Eigen::ArrayXXd& r2, Eigen::ArrayXXd& k);
void matern(const Eigen::ArrayXXd& r2, Eigen::ArrayXXd& k, Eigen::ArrayXXd& by_r2);

}  // namespace automl::search::gp
