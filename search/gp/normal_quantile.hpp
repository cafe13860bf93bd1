// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::search::gp {

// The standard normal's quantile at a probability in (0, 1), to about 1e-15 relative.
double normal_quantile(double probability);

}  // namespace automl::search::gp
