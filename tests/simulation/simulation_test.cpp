// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.hpp"

#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/many_runs.hpp"

namespace automl::simulation {

namespace {

#ifdef NDEBUG
constexpr std::uint64_t kTrials = 1'000'000;
#else
constexpr std::uint64_t kTrials = 20'000;  // without optimisation, or watched by a sanitizer
#endif

std::string last_events(const Outcome& outcome) {
  constexpr std::size_t kLines = 60;
  std::string text;
  const std::size_t count = outcome.trace.size();
  for (std::size_t i = count > kLines ? count - kLines : 0; i < count; ++i) {
    text += outcome.trace[i] + "\n";
  }
  return text;
}

TEST(Simulation, KeepsEveryPromiseOverManyTrials) {
  Extent extent;
  extent.trials = kTrials;
  const ManyRuns made = simulate_many(extent);
  std::printf("%s\n", made.text().c_str());
  if (made.failed_seed) {
    FAIL() << made.sum.violation << "\nseed " << *made.failed_seed
           << "; replay it with: simulation_test --seed " << *made.failed_seed << " --trace\n"
           << last_events(simulate(*made.failed_seed, true));
  }
  EXPECT_GE(made.sum.trials_run, kTrials);
}

TEST(Simulation, SameSeedSameRun) {
  for (const std::uint64_t seed : {3, 11}) {
    const Outcome once = simulate(seed, true);
    const Outcome again = simulate(seed, true);
    EXPECT_EQ(once.events, again.events);
    EXPECT_EQ(once.trace, again.trace);
  }
}

}  // namespace

}  // namespace automl::simulation
