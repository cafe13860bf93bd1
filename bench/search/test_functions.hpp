// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "search/configuration.hpp"
#include "search/search_space.hpp"

namespace automl::bench {

// A function to be minimised. Shifted, rotated (where noted) and rescaled by its seed, so that no
// sampler can know where the optimum lies.
struct TestFunction {
  std::string name;
  search::SearchSpace space;
  // Without noise: what regret is measured by. 0 at the optimum, as far as it is known.
  std::function<double(const search::Configuration&)> regret;
  double noise = 0;  // standard deviation of what a sampler is told around it
};

std::vector<std::string> test_function_names();
TestFunction make_test_function(const std::string& name, std::uint64_t seed);

}  // namespace automl::bench
