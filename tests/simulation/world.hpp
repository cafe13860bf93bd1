// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <stdexcept>
#include <string>

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/checkpoint_disk.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/faults.hpp"

namespace automl::simulation {

// A promise of the engine is broken. The message says which and how.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The engine's process is dead. Not derived from std::exception: nothing in the engine catches it.
struct Crash {};

// What everything in a run shares: chance, time, faults, and the log of what happened.
struct World {
  explicit World(std::uint64_t seed, bool log)
      : dice(seed), busy(dice.chance(0.75)), faults(dice, busy), tracing(log) {}

  // `text` is called only when somebody will read the log.
  template <class Text>
  void log(Text text) {
    if (tracing) {
      add_line(text());
    }
  }

  Dice dice;
  bool busy;  // long studies of short trials, and room for many of them
  Agenda agenda;
  Faults faults;
  CheckpointDisk disk;
  bool tracing;
  bool tame = false;              // programs report often, end well, and obey within 2 s
  std::deque<std::string> lines;  // the latest ones

 private:
  void add_line(const std::string& line) {
    const std::int64_t now_ms = agenda.now_ms() - 1'000'000;
    lines.push_back(std::to_string(now_ms / 1'000) + "." +
                    std::to_string(now_ms % 1'000 + 1'000).substr(1) + " " + line);
    if (lines.size() > 100'000) {
      lines.pop_front();
    }
  }
};

}  // namespace automl::simulation
