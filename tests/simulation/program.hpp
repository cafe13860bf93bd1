// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "records_types.h"

#include "tests/simulation/dice.hpp"

namespace automl::simulation {

// What a user's program will do, decided before it runs.
struct Program {
  struct Report {
    std::int64_t delay_ms = 0;
    std::map<std::string, double> metrics;
  };
  std::vector<Report> reports;
  std::int64_t end_delay_ms = 0;
  bool saves = false;         // checkpoints, after some of its reports and before a pause
  bool hangs = false;         // after its reports; only a time limit or a stop ends it
  bool ignores_term = false;  // lives until it is killed
  std::int64_t obeys_within_ms = 3'000;
  idl::ExitReport exit;
};

// Mostly succeeds; else fails, reports not-a-number, never reports, is slow or hangs.
Program random_program(Dice& dice, const std::vector<std::string>& metrics);
// The same with one or two reports within a second, and without those that are slow or hang.
Program short_program(Dice& dice, const std::vector<std::string>& metrics);
// Reports every second or so, for up to a minute.
Program tame_program(Dice& dice, const std::vector<std::string>& metrics);

}  // namespace automl::simulation
