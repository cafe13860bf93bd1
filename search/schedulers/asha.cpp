// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/asha.hpp"

#include <cmath>

namespace automl::search {

std::vector<std::int64_t> geometric_rungs(double min, std::int64_t max, double reduction) {
  const double limit = max > 0 ? static_cast<double>(max) : 0x1p52;
  std::vector<std::int64_t> rungs;
  for (double step = min; step < limit; step *= reduction) {
    const auto whole = static_cast<std::int64_t>(step * (1 + 1e-12));
    if (static_cast<double>(whole) < limit && (rungs.empty() || whole > rungs.back())) {
      rungs.push_back(whole);
    }
  }
  return rungs;
}

AshaScheduler::AshaScheduler(const AshaOptions& options, const Setting& setting)
    : SuccessiveHalving(
          "asha",
          {geometric_rungs(static_cast<double>(options.min), options.max, options.reduction)},
          [](std::int64_t) { return std::size_t{0}; },
          options.reduction,
          options.halving,
          setting) {}

}  // namespace automl::search
