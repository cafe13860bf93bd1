// SPDX-License-Identifier: Apache-2.0
#include "search/gp/triangular.hpp"

#include <Eigen/Cholesky>

namespace automl::search::gp {
namespace {

using Eigen::Index;

constexpr Index kSmall = 32;  // below this size plain loops are faster

void gram_part(const Eigen::Ref<const Eigen::MatrixXd>& lower, Eigen::Ref<Eigen::MatrixXd> out) {
  const Index n = lower.rows();
  if (n <= 2 * kSmall) {
    out.triangularView<Eigen::Lower>() = lower.transpose() * lower;
    return;
  }
  const Index half = n / 2;
  const Index rest = n - half;
  const auto corner = lower.bottomLeftCorner(rest, half);
  const auto last = lower.bottomRightCorner(rest, rest);
  gram_part(lower.topLeftCorner(half, half), out.topLeftCorner(half, half));
  out.topLeftCorner(half, half).selfadjointView<Eigen::Lower>().rankUpdate(corner.transpose(), 1.0);
  out.bottomLeftCorner(rest, half).noalias() =
      last.triangularView<Eigen::Lower>().transpose() * corner;
  gram_part(last, out.bottomRightCorner(rest, rest));
}

}  // namespace

bool factorise(Eigen::MatrixXd& matrix) {
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>, Eigen::Lower> factor(matrix);
  if (factor.info() != Eigen::Success || !matrix.diagonal().allFinite()) {
    return false;
  }
  matrix.triangularView<Eigen::StrictlyUpper>().setZero();
  return true;
}

void invert_lower(Eigen::Ref<Eigen::MatrixXd> lower) {
  const Index n = lower.rows();
  if (n <= kSmall) {
    for (Index j = 0; j < n; ++j) {
      lower(j, j) = 1 / lower(j, j);
      for (Index i = j + 1; i < n; ++i) {
        double sum = 0;
        for (Index k = j; k < i; ++k) {
          sum += lower(i, k) * lower(k, j);
        }
        lower(i, j) = -sum / lower(i, i);
      }
    }
    return;
  }
  const Index half = n / 2;
  const Index rest = n - half;
  Eigen::MatrixXd corner = lower.bottomLeftCorner(rest, half);
  invert_lower(lower.topLeftCorner(half, half));
  invert_lower(lower.bottomRightCorner(rest, rest));
  corner = lower.bottomRightCorner(rest, rest).triangularView<Eigen::Lower>() * corner;
  lower.bottomLeftCorner(rest, half).noalias() =
      -corner * lower.topLeftCorner(half, half).triangularView<Eigen::Lower>();
}

void gram_lower(const Eigen::MatrixXd& lower, Eigen::MatrixXd& out) {
  out.resize(lower.rows(), lower.cols());
  gram_part(lower, out);
}

}  // namespace automl::search::gp
