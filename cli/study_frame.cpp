// SPDX-License-Identifier: Apache-2.0
#include "cli/study_frame.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/board_text.hpp"
#include "cli/repeats_text.hpp"
#include "cli/result_text.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kRunningShown = 8;
constexpr std::size_t kWideScreen = 110;
constexpr std::size_t kWidest = 160;
constexpr std::size_t kShortestBar = 7;
constexpr std::size_t kOtherLines = 10;  // of header and frame, beside the running trials

std::string bar_text(std::int64_t done, std::int64_t total, std::size_t width) {
  const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
  const auto halves = static_cast<std::size_t>(share * 2 * static_cast<double>(width));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    text += 2 * i + 1 < halves ? "━" : (2 * i < halves ? "╸" : "─");
  }
  return text;
}

std::string counts_text(const idl::StudyStatus& status, const Screen& screen) {
  std::string text;
  if (status.study.state != idl::StudyState::RUNNING) {
    text += std::string(state_word(status.study.state)) + " · ";
  }
  text += std::to_string(status.trials_running) + " running";
  if (status.trials_waiting > 0) {
    text += " · " + std::to_string(status.trials_waiting) + " waiting";
  }
  if (status.trials_paused > 0) {
    text += " · " + std::to_string(status.trials_paused) + " paused";
  }
  if (status.trials_pruned > 0) {
    text += " · " + std::to_string(status.trials_pruned) + " pruned";
  }
  if (status.trials_infeasible > 0) {
    text += " · " + std::to_string(status.trials_infeasible) + " infeasible";
  }
  if (status.trials_failed > 0) {
    text += " · " + screen.bad(std::to_string(status.trials_failed) + " failed");
  }
  return text;
}

std::string time_text(const idl::StudyStatus& status) {
  const std::int64_t end_ms = status.study.ended_ms > 0 ? status.study.ended_ms : status.now_ms;
  const double elapsed_s = static_cast<double>(end_ms - status.study.created_ms) / 1e3;
  std::string text = duration_text(elapsed_s) + " elapsed";
  if (status.remaining_s >= 0 && status.study.state == idl::StudyState::RUNNING) {
    text += ", about " + duration_text(std::ceil(status.remaining_s)) + " left";
  }
  return text;
}

std::string budget_text(const idl::StudySpec& spec) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    text += (text.empty() ? "" : " or ") + part;
  };
  if (spec.budget.trials > 0) {
    add(count_text(spec.budget.trials, "trial"));
  }
  if (spec.budget.time_s > 0) {
    add(duration_text(static_cast<double>(spec.budget.time_s)));
  }
  if (spec.budget.__isset.target) {
    const bool up = first_objective(spec).goal == idl::Goal::MAXIMIZE;
    add(shown(first_objective(spec).metric) + (up ? " ≥ " : " ≤ ") +
        number_text(spec.budget.target));
  }
  return text.empty() ? "until it is stopped" : text;
}

// "auto → gp (5 parameters, 1 conditional)"
std::string algorithm_text(const idl::StudyStatus& status) {
  const std::string& note = status.study.algorithm_note;
  std::int64_t free = 0;
  std::int64_t conditional = 0;
  for (const idl::Parameter& parameter : status.study.spec.space) {
    free += parameter.kind != idl::ParameterKind::FIXED;
    conditional += !parameter.conditions.empty();
  }
  std::string text = shown(note.substr(0, note.find(':'))) + " (" + count_text(free, "parameter");
  if (conditional > 0) {
    text += ", " + std::to_string(conditional) + " conditional";
  }
  return text + ")";
}

std::string progress_lines(const idl::StudyStatus& status, const Screen& screen) {
  const std::int64_t total = status.study.spec.budget.trials;
  std::string done = std::to_string(finished(status));
  done += total > 0 ? "/" + std::to_string(total) : finished(status) == 1 ? " trial" : " trials";
  const std::string counts = counts_text(status, Screen());
  const std::string time = time_text(status);
  const std::size_t words = 2 + done.size() + 3 + width_of(counts);
  if (words > screen.width) {
    return cut("  " + done + "   " + counts, screen.width) + "\n  " + cut(time, screen.width - 2) +
           "\n";
  }
  std::string bar;
  const std::size_t room =
      std::min<std::size_t>(screen.width >= kWideScreen ? 42 : 22, screen.width - words);
  if (total > 0 && room >= kShortestBar) {
    bar = bar_text(finished(status), total, room - 2) + "  ";
  }
  const std::size_t wide = words + width_of(bar) + 5;
  std::string text = "  " + screen.good(bar) + done + "   " + counts_text(status, screen);
  if (wide + time.size() <= screen.width) {
    return text + "     " + time + "\n";
  }
  return text + "\n  " + cut(time, screen.width - 2) + "\n";
}

// Digits that tell the values of this study apart.
int study_decimals(const idl::StudyStatus& status) {
  std::vector<double> values = status.best_history;
  if (status.__isset.baseline && status.baseline.__isset.value) {
    values.push_back(status.baseline.value);
  }
  return std::min(decimals_for(values), 6);
}

std::string best_line(const idl::StudyStatus& status, const Screen& screen) {
  if (several_objectives(status.study.spec) && status.front_size > 0) {
    return screen.bold(cut("  " + shown(front_text(status)), screen.width));
  }
  if (!status.__isset.best) {
    const bool none = status.trials_infeasible > 0 && !several_objectives(status.study.spec);
    return none ? cut("  best  –  no trial keeps to all constraints yet", screen.width)
                : "  best  –";
  }
  const int decimals = study_decimals(status);
  std::string right;
  if (status.__isset.baseline && status.baseline.__isset.value) {
    const double better =
        gain(first_objective(status.study.spec), status.best.value, status.baseline.value);
    right = "   baseline " + fixed_text(status.baseline.value, decimals) + "  " +
            (better >= 0 ? "+" : "") + fixed_text(better, decimals) +
            (feasible(status.baseline) ? "" : " infeasible");
  }
  const std::string value = "  best  " + fixed_text(status.best.value, decimals);
  const std::string trial = "  trial " + std::to_string(status.best.number) + "   ";
  const std::size_t used = width_of(value) + width_of(trial) + width_of(right);
  if (used > screen.width) {
    return cut(value + trial + right, screen.width);
  }
  const std::size_t room = screen.width - used;
  const std::string middle = cut(configuration_text(status.best.configuration), room);
  return screen.bold(value) + trial + (right.empty() ? middle : padded(middle, room) + right);
}

std::string history_line(const idl::StudyStatus& status, const Screen& screen) {
  const idl::StudySpec& spec = status.study.spec;
  std::string since;
  if (status.__isset.best) {
    since = "   since trial " + std::to_string(status.best.number) + ": " +
            std::to_string(status.trials_since_best);
  } else if (status.front_size > 0) {
    since = "   since the front grew: " + std::to_string(status.trials_since_best);
  }
  const std::string metric = cut(shown(first_objective(spec).metric), 24);
  const std::size_t used = width_of(metric) + width_of(since) + 4;
  const std::size_t room = screen.width > used ? screen.width - used : 1;
  const std::size_t width =
      std::min({room, std::size_t{60}, std::max(status.best_history.size(), std::size_t{10})});
  const bool maximize = first_objective(spec).goal == idl::Goal::MAXIMIZE;
  const std::string line =
      "  " + metric + "  " + padded(sparkline(status.best_history, maximize, width), width) + since;
  return cut(line, screen.width);
}

// "repeat 2 of #17"
std::string repeat_mark(const idl::Trial& trial) {
  return "repeat " + std::to_string(trial.repeat) + " of " +
         (trial.repeat_of < 0 ? "the defaults" : "#" + std::to_string(trial.repeat_of));
}

// What a running trial last reported, such as "val_accuracy 0.961 @ step 12".
std::string latest_text(const idl::Trial& trial, const idl::StudyStatus& status, bool wide) {
  if (!trial.__isset.latest_value) {
    return "";
  }
  const std::string metric = cut(shown(first_objective(status.study.spec).metric), 24);
  return metric + " " + number_text(trial.latest_value, 4) + (wide ? " @ step " : " @ ") +
         std::to_string(trial.latest_step);
}

std::string running_lines(const idl::StudyStatus& status, const Screen& screen) {
  const std::size_t most = std::clamp<std::size_t>(
      screen.height > kOtherLines ? screen.height - kOtherLines : 1, 1, kRunningShown);
  const bool wide = screen.width >= kWideScreen;
  std::size_t latest_width = 0;
  for (const idl::Trial& trial : status.running) {
    latest_width = std::max(latest_width, width_of(latest_text(trial, status, wide)));
  }
  std::string text;
  std::size_t lines = 0;
  // The newest first: they stay at the top while older ones end below.
  for (auto trial = status.running.rbegin(); trial != status.running.rend(); ++trial) {
    if (lines++ == most) {
      text += cut("  and " + std::to_string(status.running.size() - most) + " more", screen.width) +
              "\n";
      break;
    }
    const double seconds =
        trial->started_ms > 0 ? static_cast<double>(status.now_ms - trial->started_ms) / 1e3 : 0;
    std::string line = "  #" + padded(std::to_string(trial->number), 4) + "running  " +
                       padded(duration_text(seconds), 6, true) + "  ";
    if (latest_width > 0) {
      line += padded(latest_text(*trial, status, wide), latest_width) + "  ";
    }
    line += trial->__isset.repeat_of ? repeat_mark(*trial) + "  " : "";
    text += cut(line + configuration_text(trial->configuration), screen.width) + "\n";
  }
  return text;
}

}  // namespace

std::int64_t finished(const idl::StudyStatus& status) {
  return status.trials_complete + status.trials_failed + status.trials_pruned;
}

std::string ended_line(const idl::Trial& trial, const idl::StudySpec& spec) {
  std::string text = "#" + std::to_string(trial.number) + " " + state_word(trial.state);
  if (trial.__isset.value) {
    text += " " + shown(values_text(spec, trial));
  }
  if (trial.started_ms > 0) {
    char time[32];
    std::snprintf(
        time, sizeof time, " %.1fs", static_cast<double>(trial.ended_ms - trial.started_ms) / 1e3);
    text += time;
  }
  text += " " + configuration_text(trial.configuration);
  const std::string why = feasible(trial) ? trial.reason : missed_text(spec, trial);
  if (!why.empty()) {
    text += " (" + shown(why) + ")";
  }
  const std::string origin = trial.__isset.repeat_of ? repeat_mark(trial) : origin_text(trial);
  return text + (origin.empty() ? "" : " [" + origin + "]");
}

std::string sparkline(const std::vector<double>& values, bool maximize, std::size_t width) {
  double low = INFINITY;
  double high = -INFINITY;
  for (const double value : values) {
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  static const char* kSteps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t count = std::min(width, values.size());
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    // The last of the values that share this column.
    const double value = values[(i + 1) * values.size() / count - 1];
    double share = 0;
    if (std::isfinite(value)) {
      share = high > low ? (value - low) / (high - low) : 1;
      share = maximize || high <= low ? share : 1 - share;
    }
    text += kSteps[static_cast<std::size_t>(share * 7 + 0.5)];
  }
  return text;
}

std::string header_text(const idl::StudyStatus& status, const Screen& screen) {
  const idl::StudySpec& spec = status.study.spec;
  const std::string text = "study " + shown(spec.name) + "  •  " + budget_text(spec) + ", " +
                           std::to_string(spec.parallel) + " at a time  •  algorithm " +
                           algorithm_text(status) + "  •  seed " + std::to_string(spec.seed);
  return cut(text, screen.width) + "\n";
}

std::string frame_text(const idl::StudyStatus& status, const Screen& full) {
  Screen screen = full;
  screen.width = std::min(full.width, kWidest);
  std::string text = progress_lines(status, screen) + best_line(status, screen) + "\n";
  if (!status.best_history.empty()) {
    text += history_line(status, screen) + "\n";
  }
  if (status.__isset.comparison && status.study.state == idl::StudyState::RUNNING) {
    text += cut("  " + repeats_text(status.comparison), screen.width) + "\n";
  }
  const std::string running = running_lines(status, screen);
  return text + (running.empty() ? "" : "\n" + running);
}

}  // namespace automl::cli
