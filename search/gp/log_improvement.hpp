// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::search::gp {

// The Mills ratio (1 - Phi(x)) / phi(x) of the standard normal, x >= 0; relative error about 1e-14.
double mills_ratio(double x);

// log h(z) of h(z) = phi(z) + z Phi(z), exact to about 1e-10 for every z down to -1e150, and its
// slope Phi(z) / h(z). log of the expected improvement on `best` under a normal with mean m and
// deviation s is log s + log h((best - m) / s) (Ament et al., "Unexpected improvements to expected
// improvement", NeurIPS 2023, eq. 9).
struct LogImprovement {
  double value;
  double slope;
};
LogImprovement log_improvement(double z);

}  // namespace automl::search::gp
