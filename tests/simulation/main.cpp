// SPDX-License-Identifier: Apache-2.0
// simulation_test                      the tests
// simulation_test [--sharing] --seed N [--trace]   one run; its events with --trace
// simulation_test --seeds A..B         many runs; stops at the first violation
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/sharing.hpp"
#include "tests/simulation/simulation.hpp"

namespace automl::simulation {

namespace {

int replay(std::uint64_t seed, bool trace, bool sharing = false) {
  const Outcome outcome = sharing ? simulate_sharing(seed, trace).outcome : simulate(seed, trace);
  for (const std::string& line : outcome.trace) {
    std::puts(line.c_str());
  }
  if (outcome.violation.empty()) {
    std::printf("seed %llu: all promises held\n", static_cast<unsigned long long>(seed));
    return 0;
  }
  std::printf("seed %llu: VIOLATION: %s\n",
              static_cast<unsigned long long>(seed),
              outcome.violation.c_str());
  return 1;
}

int soak(std::uint64_t first, std::uint64_t last) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t trials = 0;
  std::uint64_t events = 0;
  std::int64_t simulated_ms = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Outcome outcome = simulate(seed);
    trials += outcome.trials;
    events += outcome.events;
    simulated_ms += outcome.simulated_ms;
    if (!outcome.violation.empty()) {
      return replay(seed, true);
    }
  }
  const double took_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf(
      "%llu seeds, all promises held: %.0f seeds/s, %.0f trials/s, %.0f events/s, %.0f simulated "
      "hours\n",
      static_cast<unsigned long long>(last - first + 1),
      static_cast<double>(last - first + 1) / took_s,
      static_cast<double>(trials) / took_s,
      static_cast<double>(events) / took_s,
      static_cast<double>(simulated_ms) / 3.6e6);
  return 0;
}

int run(int argc, char** argv) {
  bool trace = false;
  bool sharing = false;
  std::string seed;
  std::string seeds;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--trace") {
      trace = true;
    } else if (argument == "--sharing") {
      sharing = true;
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = argv[++i];
    } else if (argument == "--seeds" && i + 1 < argc) {
      seeds = argv[++i];
    }
  }
  if (!seed.empty()) {
    return replay(std::strtoull(seed.c_str(), nullptr, 10), trace, sharing);
  }
  if (const auto dots = seeds.find(".."); dots != std::string::npos) {
    return soak(std::strtoull(seeds.c_str(), nullptr, 10),
                std::strtoull(seeds.c_str() + dots + 2, nullptr, 10));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace

}  // namespace automl::simulation

int main(int argc, char** argv) { return automl::simulation::run(argc, argv); }
