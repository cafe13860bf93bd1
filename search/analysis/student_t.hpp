// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::search {

// P(T <= t) for Student's t with `degrees` > 0 degrees of freedom (need not be whole), by the
// regularised incomplete beta function: P(|T| > t) = I_{v / (v + t^2)}(v / 2, 1 / 2).
double student_t_cdf(double t, double degrees);

// Its inverse at a probability in (0, 1).
double student_t_quantile(double probability, double degrees);

}  // namespace automl::search
