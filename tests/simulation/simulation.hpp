// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace automl::simulation {

// What came of one run.
struct Outcome {
  std::string violation;           // empty: all promises held
  std::deque<std::string> trace;   // the last events, when asked for
  std::uint64_t trials = 0;        // in all studies; all have ended
  std::uint64_t trials_run = 0;    // of these, with a program that ran for them
  std::uint64_t trials_early = 0;  // of those, over while faults were still to come
  std::uint64_t attempts = 0;
  std::uint64_t measurements = 0;
  std::uint64_t crashes = 0;  // of the engine
  std::uint64_t faults = 0;
  std::uint64_t events = 0;  // that the engine handled
  std::uint64_t turns = 0;
  std::int64_t simulated_ms = 0;
};

// Runs the engine through a few simulated minutes of work and faults, then without faults until
// everything is final, and checks what it promises. The same seed gives the same run.
Outcome simulate(std::uint64_t seed, bool trace = false);

}  // namespace automl::simulation
