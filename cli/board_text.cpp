// SPDX-License-Identifier: Apache-2.0
#include "cli/board_text.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "cli/repeats_text.hpp"
#include "cli/result_text.hpp"
#include "cli/table.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kLeastParameter = 6;
constexpr std::size_t kLeastResult = 8;
constexpr std::size_t kLeastNote = 36;

bool is_number(const idl::Value& value) { return value.__isset.real || value.__isset.integer; }

std::string assigned(const std::vector<idl::Assignment>& configuration,
                     const std::string& parameter) {
  for (const idl::Assignment& one : configuration) {
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
  add(status.trials_infeasible, "of them infeasible");
  add(status.trials_pruned, "pruned");
  add(status.trials_paused, "paused");
  add(status.trials_failed, "failed");
  add(status.trials_cancelled, "cancelled");
  return text.empty() ? "no trial" : text;
}

// A column of results: a metric, and its value in each row.
struct ResultColumn {
  std::string metric;
  std::vector<std::string> cells;
  bool objective = false;

  std::size_t widest() const {
    std::size_t most = 1;
    for (const std::string& cell : cells) {
      most = std::max(most, width_of(cell));
    }
    return most;
  }
};

std::vector<ResultColumn> result_columns(const idl::StudySpec& spec,
                                         const std::vector<idl::LeaderboardRow>& rows) {
  std::vector<ResultColumn> columns;
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    std::vector<double> known;
    for (const idl::LeaderboardRow& row : rows) {
      known.push_back(value_of(row.trial, i).value_or(NAN));
    }
    const int decimals = decimals_for(known);
    columns.push_back({spec.objectives[i].metric, {}, true});
    for (const double value : known) {
      columns.back().cells.push_back(fixed_text(value, decimals));
    }
  }
  for (const std::string& metric : bounded_metrics(spec)) {
    columns.push_back({metric, {}, false});
    for (const idl::LeaderboardRow& row : rows) {
      const auto found = row.trial.constraint_values.find(metric);
      columns.back().cells.push_back(
          found == row.trial.constraint_values.end() ? "" : number_text(found->second));
    }
  }
  return columns;
}

// Those of the space in force, and those that edits have taken out and that trials had.
std::vector<std::string> parameters_of(const idl::StudySpec& spec,
                                       const std::vector<idl::LeaderboardRow>& rows) {
  std::vector<std::string> names;
  for (const idl::Parameter& parameter : spec.space) {
    names.push_back(parameter.name);
  }
  for (const idl::LeaderboardRow& row : rows) {
    for (const idl::Assignment& one : row.trial.configuration) {
      if (std::find(names.begin(), names.end(), one.parameter) == names.end()) {
        names.push_back(one.parameter);
      }
    }
  }
  return names;
}

std::string note_of(const idl::LeaderboardRow& row, const idl::StudySpec& spec) {
  const std::string missed = shown(missed_text(spec, row.trial));
  const std::string origin = origin_text(row.trial);
  return origin + (origin.empty() || missed.empty() ? "" : ", ") + missed;
}

void add_columns(Table& table,
                 const idl::StudySpec& spec,
                 const std::vector<ResultColumn>& results,
                 const std::vector<idl::LeaderboardRow>& rows,
                 bool repeated) {
  table.add_column("rank", true);
  if (several_objectives(spec)) {
    table.add_column("front", true);
  }
  table.add_column("trial", true);
  for (const ResultColumn& column : results) {
    table.add_column(shown(column.metric), true);
    if (results.size() > 1) {
      table.may_shrink(std::max(kLeastResult, column.widest()));
    }
    if (!column.objective) {
      table.may_drop();
    }
  }
  if (repeated) {
    table.add_column("repeated", true);
  }
  for (const std::string& name : parameters_of(spec, rows)) {
    table.add_column(shown(name)).may_shrink(least_width(rows, name)).may_drop();
  }
  if (std::any_of(rows.begin(), rows.end(), [&](const idl::LeaderboardRow& row) {
        return !note_of(row, spec).empty();
      })) {
    table.add_column("").may_shrink(kLeastNote);
  }
}

// How the front compares with the baseline.
std::string front_comparison(const idl::StudyStatus& status) {
  const idl::StudySpec& spec = status.study.spec;
  const idl::Trial& baseline = status.baseline;
  if (!feasible(baseline)) {
    return "the baseline " + shown(missed_text(spec, baseline));
  }
  std::vector<const idl::Trial*> better;
  for (const idl::Trial& trial : status.front) {
    if (trial.number == baseline.number) {
      return "no trial beats the baseline: it is on the front";
    }
    bool nowhere_worse = true;
    for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
      const auto value = value_of(trial, i);
      const auto than = value_of(baseline, i);
      nowhere_worse =
          nowhere_worse && value && than && gain(spec.objectives[i], *value, *than) >= 0;
    }
    if (nowhere_worse) {
      better.push_back(&trial);
    }
  }
  if (better.empty()) {
    return "";
  }
  const auto others = static_cast<std::int64_t>(better.size()) - 1;
  return "trial " + std::to_string(better[0]->number) +
         (others > 0 ? " and " + count_text(others, "other") + " of the front beat the baseline"
                     : " of the front beats the baseline") +
         ", worse in no objective: " + shown(values_text(spec, *better[0])) + " against " +
         shown(values_text(spec, baseline)) + " (one run each)";
}

}  // namespace

std::string origin_text(const idl::Trial& trial) {
  return trial.baseline ? "baseline" : trial.enqueued ? "enqueued" : "";
}

std::string board_text(const idl::Leaderboard& board, const Screen& screen) {
  const idl::StudySpec& spec = board.study.spec;
  if (board.rows.empty()) {
    return "no trial of " + shown(spec.name) + " is complete yet\n";
  }
  std::vector<idl::LeaderboardRow> rows = board.rows;
  const bool baseline_shown =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.trial.baseline; });
  if (board.__isset.baseline && !baseline_shown) {
    rows.push_back(board.baseline);
  }
  const std::vector<ResultColumn> results = result_columns(spec, rows);
  const std::vector<std::string> parameters = parameters_of(spec, rows);
  const bool repeated = std::any_of(
      rows.begin(), rows.end(), [](const idl::LeaderboardRow& row) { return row.__isset.repeats; });
  Table table;
  add_columns(table, spec, results, rows, repeated);
  std::vector<bool> leading;
  std::int32_t last = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const idl::LeaderboardRow& row = rows[i];
    if (row.rank > last + 1) {
      table.add_row({"…"});
      leading.push_back(false);
    }
    last = row.rank;
    leading.push_back(feasible(row.trial) &&
                      (several_objectives(spec) ? row.front == 1 : row.rank == 1));
    std::vector<std::string> cells = {std::to_string(row.rank)};
    if (several_objectives(spec)) {
      cells.push_back(row.front > 0 ? std::to_string(row.front) : "–");
    }
    cells.push_back(std::to_string(row.trial.number));
    for (const ResultColumn& column : results) {
      cells.push_back(column.cells[i]);
    }
    if (repeated) {
      cells.push_back(runs_text(row.repeats, decimals_for(board.comparison)));
    }
    for (const std::string& name : parameters) {
      cells.push_back(assigned(row.trial.configuration, name));
    }
    cells.push_back(note_of(row, spec));
    table.add_row(std::move(cells));
  }
  // What leads stands out.
  std::istringstream lines(table.text(screen.width));
  std::string line;
  std::getline(lines, line);
  std::string text = screen.faint(line) + "\n";
  for (std::size_t i = 0; std::getline(lines, line); ++i) {
    text += (leading.at(i) ? screen.bold(line) : line) + "\n";
  }
  return text;
}

std::string schedule_text(const idl::Leaderboard& board, const Screen& screen) {
  if (board.schedule.empty() || board.rows.empty()) {
    return "";
  }
  Table table;
  table.add_column("steps", true);
  table.add_column("by trial", true);
  for (const idl::Parameter& parameter : board.study.spec.space) {
    table.add_column(shown(parameter.name)).may_shrink(kLeastParameter).may_drop();
  }
  for (const idl::ScheduleLeg& leg : board.schedule) {
    std::vector<std::string> cells = {
        std::to_string(leg.first_step) + " to " + std::to_string(leg.last_step),
        std::to_string(leg.trial)};
    for (const idl::Parameter& parameter : board.study.spec.space) {
      cells.push_back(assigned(leg.configuration, parameter.name));
    }
    table.add_row(std::move(cells));
  }
  return "\nhow trial " + std::to_string(board.rows.front().trial.number) + " was trained:\n" +
         table.text(screen.width);
}

std::string comparison_text(const idl::StudyStatus& status) {
  if (status.__isset.comparison) {
    return repeats_text(status.comparison);
  }
  if (!status.__isset.baseline || !status.baseline.__isset.value) {
    return "";
  }
  const idl::StudySpec& spec = status.study.spec;
  if (several_objectives(spec)) {
    return front_comparison(status);
  }
  if (!status.__isset.best) {
    return "";
  }
  const idl::Objective& objective = first_objective(spec);
  const double better = gain(objective, status.best.value, status.baseline.value);
  const int decimals = decimals_for({status.best.value, status.baseline.value});
  const std::string values = fixed_text(status.best.value, decimals) + " against " +
                             fixed_text(status.baseline.value, decimals);
  if (!feasible(status.baseline)) {
    return "the baseline " + shown(missed_text(spec, status.baseline)) +
           "; the best trial keeps to " + "all constraints: " + shown(objective.metric) + " " +
           values;
  }
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
  if (several_objectives(status.study.spec) && status.front_size > 0) {
    text += "\n" + wrapped(shown(front_text(status)), screen.width) + "\n";
  } else if (status.trials_complete > 0 && status.trials_infeasible == status.trials_complete) {
    text += "\nno trial keeps to all constraints\n";
  }
  const std::string comparison = comparison_text(status);
  if (!comparison.empty()) {
    text += "\n" + wrapped(comparison, screen.width) + "\n";
  }
  return text + "\nnext: automl board " + name + " · automl show " + name + "/" +
         std::to_string(status.__isset.best    ? status.best.number
                        : status.front.empty() ? 0
                                               : status.front.front().number) +
         " · automl export " + name + "\n";
}

}  // namespace automl::cli
