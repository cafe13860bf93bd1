// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/cmaes.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/search/minimise.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using testing::minimise;

double bowl(const Configuration& configuration) {
  double sum = 0;
  for (std::size_t i = 0; i < configuration.values.size(); ++i) {
    const double best = 0.2 + 0.1 * static_cast<double>(i % 5);
    sum += std::pow(configuration.values[i] - best, 2) * (i % 2 == 0 ? 1 : 30);
  }
  return sum;
}

TEST(CmaesSampler, ConvergesWhereRandomDrawsDoNot) {
  const SearchSpace space = testing::unit_cube(6);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_LT(minimise("cmaes", space, bowl, seed, 600), 1e-4);
    EXPECT_GT(minimise("random", space, bowl, seed, 600), 1e-2);
  }
}

TEST(CmaesSampler, FindsIntegersAndCategories) {
  const SearchSpace space({testing::whole("n", 1, 64),
                           testing::whole("m", 0, 3),
                           testing::choice("c", 5),
                           testing::real("x", 1e-6, 1, true)},
                          {});
  const auto objective = [](const Configuration& configuration) {
    return std::abs(configuration.values[0] - 37) / 10 + std::abs(configuration.values[1] - 3) +
           (configuration.values[2] == 4 ? 0 : 1) +
           std::abs(std::log10(configuration.values[3]) + 4);
  };
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    found += minimise("cmaes", space, objective, seed, 400) < 0.1 ? 1 : 0;
  }
  EXPECT_GE(found, 4);
}

TEST(CmaesSampler, RestartsWhenNothingMoreIsToBeGained) {
  const SearchSpace space = testing::unit_cube(2);
  const auto sampler = make_sampler("cmaes", {}, space);
  History history;
  std::string reason;
  for (int i = 0; i < 1'500 && reason.find("restart") == std::string::npos; ++i) {
    const auto one = sampler->suggest({history, {}, static_cast<std::uint64_t>(i), 1, 1});
    reason = one.at(0).reason;
    history.add({i, one[0].configuration, Status::kComplete, bowl(one[0].configuration)});
  }
  EXPECT_NE(reason.find("of 12, restart 1"), std::string::npos) << reason;
}

TEST(CmaesSampler, FailedTrialsPushItAway) {
  const SearchSpace space = testing::unit_cube(3);
  // The better half of the bowl cannot be evaluated.
  const auto objective = [](const Configuration& configuration) {
    return configuration.values[0] < 0.4 ? std::nan("") : bowl(configuration);
  };
  EXPECT_LT(minimise("cmaes", space, objective, 1, 500), std::pow(0.2, 2) + 0.01);
}

}  // namespace
}  // namespace automl::search
