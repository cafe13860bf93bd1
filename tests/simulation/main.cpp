// SPDX-License-Identifier: Apache-2.0
// simulation_test                                  the tests
// simulation_test [--sharing] --seed N [--trace]   one run; its events with --trace
// simulation_test --seeds A..B | --trials N | --minutes M     many runs, until one of these is
//                                                  reached; stops at the first violation
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/many_runs.hpp"
#include "tests/simulation/sharing.hpp"
#include "tests/simulation/simulation.hpp"

namespace automl::simulation {

namespace {

std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

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

int soak(const Extent& extent) {
  const ManyRuns made = simulate_many(extent);
  std::printf("%s\n", made.text().c_str());
  if (made.failed_seed) {
    return replay(*made.failed_seed, true);
  }
  std::printf("all promises held\n");
  return 0;
}

int run(int argc, char** argv) {
  bool trace = false;
  bool sharing = false;
  bool many = false;
  std::optional<std::uint64_t> seed;
  Extent extent;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    trace = trace || argument == "--trace";
    sharing = sharing || argument == "--sharing";
    if (argument == "--seed") {
      seed = number(value);
    } else if (argument == "--seeds") {
      const std::string range = value;
      const auto dots = range.find("..");
      extent.first_seed = number(value);
      extent.last_seed = dots == std::string::npos ? extent.first_seed : number(value + dots + 2);
      many = true;
    } else if (argument == "--trials") {
      extent.trials = number(value);
      many = true;
    } else if (argument == "--minutes") {
      extent.seconds = 60 * std::strtod(value, nullptr);
      many = true;
    }
  }
  if (seed) {
    return replay(*seed, trace, sharing);
  }
  if (many) {
    return soak(extent);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace

}  // namespace automl::simulation

int main(int argc, char** argv) { return automl::simulation::run(argc, argv); }
