// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "search/registry.hpp"

using namespace automl::search;

int main() {
  Parameter x{.name = "x", .low = -5, .high = 10};
  Parameter y{.name = "y", .low = 1e-3, .high = 10, .log = true};
  const SearchSpace space({x, y}, {});
  const auto sampler = make_sampler("gp", {}, space);

  History history;
  Observation best{.value = 1e300};
  for (int trial = 0; trial < 40; ++trial) {
    const std::uint64_t index = history.size();
    const Suggestion suggestion = sampler->suggest({history, {}, index, /*seed=*/1}).front();
    const auto& v = suggestion.configuration.values;
    const double value = (v[0] - 3) * (v[0] - 3) + (v[1] - 0.5) * (v[1] - 0.5);
    history.add({trial, suggestion.configuration, Status::kComplete, value});
    if (value < best.value) {
      best = history.observations().back();
      std::printf(
          "%2d  f(%.4f, %.4f) = %.3g  %s\n", trial, v[0], v[1], value, suggestion.reason.c_str());
    }
  }
  return best.value < 1e-3 ? 0 : 1;
}
