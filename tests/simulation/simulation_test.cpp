// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.hpp"

#include <string>

#include <gtest/gtest.h>

namespace automl::simulation {

namespace {

constexpr std::uint64_t kSeedsAShard = 250;

std::string last_events(const Outcome& outcome) {
  constexpr std::size_t kLines = 60;
  std::string text;
  const std::size_t count = outcome.trace.size();
  for (std::size_t i = count > kLines ? count - kLines : 0; i < count; ++i) {
    text += outcome.trace[i] + "\n";
  }
  return text;
}

class SimulationShard : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SimulationShard, KeepsEveryPromise) {
  const std::uint64_t first = GetParam() * kSeedsAShard;
  for (std::uint64_t seed = first; seed < first + kSeedsAShard; ++seed) {
    const Outcome outcome = simulate(seed);
    ASSERT_EQ(outcome.violation, "")
        << "seed " << seed << "; replay it with: simulation_test --seed " << seed << " --trace\n"
        << last_events(simulate(seed, true));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulationShard, testing::Range<std::uint64_t>(0, 8));

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
