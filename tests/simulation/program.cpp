// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/program.hpp"

#include <limits>

namespace automl::simulation {

namespace {

double some_value(Dice& dice) {
  return static_cast<double>(dice.between(-1'000'000, 1'000'000)) / 1e4;
}

enum Kind { kOk, kFails, kNotANumber, kNeverReports, kSlow, kHangs };

Program program_of(Dice& dice,
                   Kind kind,
                   const std::vector<std::string>& metrics,
                   std::int64_t reports,
                   std::int64_t longest_ms) {
  Program program;
  program.exit.cause = idl::ExitCause::EXITED;
  program.ignores_term = dice.chance(0.2);
  program.saves = dice.chance(0.7);
  for (std::int64_t i = kind == kNeverReports ? reports : 0; i < reports; ++i) {
    Program::Report report;
    report.delay_ms = dice.between(1, longest_ms);
    for (const std::string& metric : metrics) {
      report.metrics[dice.chance(0.15) ? "unneeded" : metric] =
          dice.chance(kind == kNotANumber ? 0.7 : 0.02) ? std::numeric_limits<double>::quiet_NaN()
                                                        : some_value(dice);
    }
    program.reports.push_back(std::move(report));
  }
  program.end_delay_ms = dice.between(0, longest_ms);
  if (kind == kFails) {
    program.exit.code = static_cast<std::int32_t>(dice.between(1, 3));
  }
  return program;
}

}  // namespace

Program random_program(Dice& dice, const std::vector<std::string>& metrics) {
  static const std::vector<Kind> kinds = {
      kOk, kOk, kOk, kOk, kOk, kOk, kSlow, kSlow, kFails, kNotANumber, kNeverReports, kHangs};
  const Kind kind = dice.pick(kinds);
  const std::int64_t longest_ms = kind == kSlow ? 12'000 : 2'500;
  Program program = program_of(dice, kind, metrics, dice.between(1, 8), longest_ms);
  program.hangs = kind == kHangs;
  return program;
}

Program short_program(Dice& dice, const std::vector<std::string>& metrics) {
  static const std::vector<Kind> kinds = {
      kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kFails, kNotANumber, kNeverReports};
  return program_of(dice, dice.pick(kinds), metrics, dice.between(1, 2), 300);
}

Program tame_program(Dice& dice, const std::vector<std::string>& metrics) {
  Program program;
  program.exit.cause = idl::ExitCause::EXITED;
  program.obeys_within_ms = 2'000;
  program.reports.resize(static_cast<std::size_t>(dice.between(5, 60)));
  for (Program::Report& report : program.reports) {
    report.delay_ms = dice.between(500, 1'500);
    for (const std::string& metric : metrics) {
      report.metrics[metric] = some_value(dice);
    }
  }
  return program;
}

}  // namespace automl::simulation
