// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace automl::search::gp {

// Lower Cholesky factor of a symmetric matrix (only its lower half is read), in place; zeros above
// the diagonal. False when it is not positive definite.
bool factorise(Eigen::MatrixXd& matrix);

// Inverse of a lower triangular matrix, in place, by halves: n^3/3 operations where solving for the
// identity takes n^3. Zeros above the diagonal stay.
void invert_lower(Eigen::Ref<Eigen::MatrixXd> lower);

// The lower half of T' T of a lower triangular matrix; the rest of `out` stays.
void gram_lower(const Eigen::MatrixXd& lower, Eigen::MatrixXd& out);

}  // namespace automl::search::gp
