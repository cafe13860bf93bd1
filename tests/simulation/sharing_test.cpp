// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sharing.hpp"

#include <algorithm>
#include <cstdio>

#include <gtest/gtest.h>

namespace automl::simulation {

namespace {

constexpr std::uint64_t kSeeds = 100;

TEST(Sharing, SlotsAreSharedFairlyAndGivenBackAtOnce) {
  double idle = 0;
  double worst_idle = 0;
  std::int64_t given_back = 0;
  std::int64_t longest_ms = 0;
  std::int64_t most_borrowed = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const SharingOutcome run = simulate_sharing(seed);
    ASSERT_EQ(run.outcome.violation, "")
        << "replay it with: simulation_test --sharing --seed " << seed << " --trace";
    idle += run.idle_share / kSeeds;
    worst_idle = std::max(worst_idle, run.idle_share);
    given_back += run.given_back;
    longest_ms = std::max(longest_ms, run.longest_give_back_ms);
    most_borrowed = std::max(most_borrowed, run.most_borrowed);
  }
  std::printf(
      "%d runs: slots idle while somebody waits: %.2f %%, at most %.2f %%; %lld given back, the "
      "slowest after %.1f s; at most %lld borrowed\n",
      static_cast<int>(kSeeds),
      100 * idle,
      100 * worst_idle,
      static_cast<long long>(given_back),
      static_cast<double>(longest_ms) / 1e3,
      static_cast<long long>(most_borrowed));
  EXPECT_LT(idle, 0.02);
  EXPECT_LE(longest_ms, 5'000);
  EXPECT_GT(given_back, 100);
  EXPECT_GE(most_borrowed, 5);
}

}  // namespace

}  // namespace automl::simulation
