// SPDX-License-Identifier: Apache-2.0
#include "cli/smoke_text.hpp"

#include <algorithm>

#include "cli/result_text.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kIndent = 15;

std::string ending_text(const idl::ExitReport& exit) {
  if (exit.cause == idl::ExitCause::EXITED) {
    return "exit code " + std::to_string(exit.code);
  }
  return exit.message.empty() ? "without an exit code" : shown(exit.message);
}

std::string match_lines(const idl::MetricMatch& match, const Screen& screen) {
  std::string text = shown(match.metric) + " found " + count_text(match.count, "time");
  const std::size_t room = screen.width > kIndent + 10 ? screen.width - kIndent - 7 : 20;
  const auto add = [&](const char* which, const std::string& line) {
    if (!line.empty()) {
      text += "\n" + std::string(kIndent, ' ') + which + cut(shown(line), room);
    }
  };
  add(match.count > 1 ? "first  " : "in     ", match.first_line);
  if (match.count > 1) {
    add("last   ", match.last_line);
  }
  return text;
}

}  // namespace

std::string smoke_text(const idl::TrialDetail& detail,
                       const idl::StudySpec& spec,
                       const Screen& screen) {
  std::string text;
  const auto add = [&text](const std::string& name, const std::string& what) {
    text += "  " + padded(name, kIndent - 2) + what + "\n";
  };
  const std::size_t room = screen.width > kIndent ? screen.width - kIndent : 20;
  add("parameters", cut(configuration_text(detail.trial.configuration), room));
  if (detail.attempts.empty() || !detail.attempts.back().__isset.exit) {
    add("ended", "it never started: " + shown(detail.trial.reason));
    return text;
  }
  const idl::ExitReport& exit = detail.attempts.back().exit;
  add("ended", ending_text(exit));
  char seconds[32];
  std::snprintf(seconds,
                sizeof seconds,
                "%.1f s",
                static_cast<double>(exit.ended_ms - exit.started_ms) / 1e3);
  add("duration",
      seconds + std::string(", processor ") + number_text(exit.cpu_s, 3) + " s, memory at most " +
          bytes_text(exit.peak_memory_bytes));
  for (const idl::MetricMatch& match : exit.matches) {
    add("metric", match_lines(match, screen));
  }
  const std::string& metric = first_objective(spec).metric;
  const bool objective_found =
      std::any_of(exit.matches.begin(), exit.matches.end(), [&](const idl::MetricMatch& match) {
        return match.metric == metric && match.count > 0;
      });
  if (!objective_found && !detail.measurements.empty()) {
    add("metric",
        shown(metric) + " reported, " +
            count_text(static_cast<std::int64_t>(detail.measurements.size()), "measurement"));
  }
  if (detail.trial.__isset.value && !several_objectives(spec)) {
    add("value", shown(metric) + " = " + number_text(detail.trial.value, 8));
  } else if (detail.trial.__isset.value) {
    add("values", shown(values_text(spec, detail.trial)));
  } else {
    add("value", "none: " + shown(detail.trial.reason));
  }
  if (detail.trial.__isset.value && !spec.constraints.empty()) {
    add("constraints", feasible(detail.trial) ? "all met" : shown(missed_text(spec, detail.trial)));
  }
  return text;
}

}  // namespace automl::cli
