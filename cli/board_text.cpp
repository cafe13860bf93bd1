// SPDX-License-Identifier: Apache-2.0
#include "cli/board_text.hpp"

#include <algorithm>

#include "cli/repeats_text.hpp"
#include "cli/table.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kLeastParameter = 6;

bool is_number(const idl::Value& value) { return value.__isset.real || value.__isset.integer; }

std::string value_of(const idl::Trial& trial, const std::string& parameter) {
  for (const idl::Assignment& one : trial.configuration) {
    if (one.parameter == parameter) {
      return value_text(one.value);
    }
  }
  return "";
}

// What a parameter's column needs at least: numbers are never cut, words are.
std::size_t least_width(const std::vector<idl::LeaderboardRow>& rows, const std::string& name) {
  std::size_t least = kLeastParameter;
  for (const idl::LeaderboardRow& row : rows) {
    for (const idl::Assignment& one : row.trial.configuration) {
      if (one.parameter == name && is_number(one.value)) {
        least = std::max(least, width_of(value_text(one.value)));
      }
    }
  }
  return least;
}

std::string outcome(const idl::StudyStatus& status) {
  std::string text;
  const auto add = [&text](std::int64_t count, const char* word) {
    if (count > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    }
  };
  add(status.trials_complete, "complete");
  add(status.trials_pruned, "pruned");
  add(status.trials_failed, "failed");
  add(status.trials_cancelled, "cancelled");
  return text.empty() ? "no trial" : text;
}

}  // namespace

std::string origin_text(const idl::Trial& trial) {
  return trial.baseline ? "baseline" : trial.enqueued ? "enqueued" : "";
}

double gain(const idl::Objective& objective, double value, double than) {
  return objective.goal == idl::Goal::MAXIMIZE ? value - than : than - value;
}

std::string board_text(const idl::Leaderboard& board, const Screen& screen) {
  if (board.rows.empty()) {
    return "no trial of " + shown(board.study.spec.name) + " is complete yet\n";
  }
  std::vector<idl::LeaderboardRow> rows = board.rows;
  const bool baseline_shown =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.trial.baseline; });
  if (board.__isset.baseline && !baseline_shown) {
    rows.push_back(board.baseline);
  }
  std::vector<double> values;
  bool any_origin = false;
  bool any_repeats = false;
  for (const idl::LeaderboardRow& row : rows) {
    values.push_back(row.trial.value);
    any_repeats = any_repeats || row.__isset.repeats;
    any_origin = any_origin || !origin_text(row.trial).empty();
  }
  const int decimals = decimals_for(values);
  Table table;
  table.add_column("rank", true);
  table.add_column("trial", true);
  table.add_column(shown(board.study.spec.objective.metric), true);
  if (any_repeats) {
    table.add_column("repeated", true);
  }
  for (const idl::Parameter& parameter : board.study.spec.space) {
    table.add_column(shown(parameter.name))
        .may_shrink(least_width(rows, parameter.name))
        .may_drop();
  }
  if (any_origin) {
    table.add_column("");
  }
  std::int32_t last = 0;
  for (const idl::LeaderboardRow& row : rows) {
    if (row.rank > last + 1) {
      table.add_row({"…"});
    }
    last = row.rank;
    std::vector<std::string> cells = {std::to_string(row.rank),
                                      std::to_string(row.trial.number),
                                      fixed_text(row.trial.value, decimals)};
    if (any_repeats) {
      cells.push_back(runs_text(row.repeats, decimals_for(board.comparison)));
    }
    for (const idl::Parameter& parameter : board.study.spec.space) {
      cells.push_back(value_of(row.trial, parameter.name));
    }
    cells.push_back(origin_text(row.trial));
    table.add_row(std::move(cells));
  }
  std::string text = table.text(screen.width);
  // The best row stands out.
  const auto first = text.find('\n');
  const auto second = text.find('\n', first + 1);
  return screen.faint(text.substr(0, first)) + "\n" +
         screen.bold(text.substr(first + 1, second - first - 1)) + text.substr(second);
}

std::string comparison_text(const idl::StudyStatus& status) {
  if (status.__isset.comparison) {
    return repeats_text(status.comparison);
  }
  if (!status.__isset.baseline || !status.baseline.__isset.value || !status.__isset.best) {
    return "";
  }
  const idl::Objective& objective = status.study.spec.objective;
  const double better = gain(objective, status.best.value, status.baseline.value);
  const int decimals = decimals_for({status.best.value, status.baseline.value});
  const std::string values = fixed_text(status.best.value, decimals) + " against " +
                             fixed_text(status.baseline.value, decimals);
  if (status.best.number == status.baseline.number) {
    return "no trial beats the baseline: " + shown(objective.metric) + " " +
           fixed_text(status.baseline.value, decimals);
  }
  if (better > 0) {
    return "the best beats the baseline: " + shown(objective.metric) + " " + values + " (" +
           fixed_text(better, decimals) + " better; one run each)";
  }
  return "the best does not beat the baseline: " + shown(objective.metric) + " " + values;
}

std::string summary_text(const idl::StudyStatus& status,
                         const idl::Leaderboard& board,
                         std::int64_t failed_example,
                         const Screen& screen) {
  const std::string name = shown(status.study.spec.name);
  const bool done = status.study.state == idl::StudyState::DONE;
  const std::int64_t end_ms = status.study.ended_ms > 0 ? status.study.ended_ms : status.now_ms;
  const double elapsed_s = static_cast<double>(end_ms - status.study.created_ms) / 1e3;
  std::string head = done ? "done" : state_word(status.study.state);
  std::string text = (done ? screen.good(head) : screen.bad(head)) + " in " +
                     duration_text(elapsed_s) + ": " + outcome(status);
  if (!done || status.study.reason != "all trials done") {
    text += " (" + shown(status.study.reason) + ")";
  }
  text += "\n";
  if (failed_example >= 0) {
    text += "automl logs " + name + "/" + std::to_string(failed_example) + " shows why #" +
            std::to_string(failed_example) + " failed\n";
  }
  text += "\n" + board_text(board, screen);
  const std::string comparison = comparison_text(status);
  if (!comparison.empty()) {
    text += "\n" + wrapped(comparison, screen.width) + "\n";
  }
  return text + "\nnext: automl board " + name + " · automl show " + name + "/" +
         (status.__isset.best ? std::to_string(status.best.number) : "0") + " · automl export " +
         name + "\n";
}

}  // namespace automl::cli
