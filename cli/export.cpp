// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/export_text.hpp"
#include "cli/result_text.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr int kPage = 1'000;

std::string exact(double value) {
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

std::string exact(const idl::Value& value) {
  return value.__isset.real ? exact(value.real)
         : value.__isset.integer
             ? std::to_string(value.integer)
             : (value.__isset.flag ? (value.flag ? "true" : "false") : value.text);
}

// Those of the space in force, and after them the ones that edits have taken out.
std::vector<std::string> parameter_names(EngineConnection& engine, const idl::Study& study) {
  std::vector<idl::StudyVersion> versions;
  if (study.file_version > 1) {
    engine.call(
        [&](idl::EngineClient& client) { client.study_versions(versions, study.spec.name); });
  }
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<idl::Parameter>& space) {
    for (const idl::Parameter& parameter : space) {
      if (std::find(names.begin(), names.end(), parameter.name) == names.end()) {
        names.push_back(parameter.name);
      }
    }
  };
  add(study.spec.space);
  for (const idl::StudyVersion& version : versions) {
    add(version.spec.space);
  }
  return names;
}

std::string csv_row(const idl::Study& study,
                    const std::vector<std::string>& parameters,
                    const idl::Trial& trial) {
  std::string row = std::to_string(trial.number) + "," + state_word(trial.state);
  for (std::size_t i = 0; i < study.spec.objectives.size(); ++i) {
    const auto value = value_of(trial, i);
    row += "," + (value ? exact(*value) : "");
  }
  for (const std::string& metric : bounded_metrics(study.spec)) {
    const auto value = trial.constraint_values.find(metric);
    row += "," + (value == trial.constraint_values.end() ? "" : exact(value->second));
  }
  if (!study.spec.constraints.empty()) {
    row += !trial.__isset.value ? "," : feasible(trial) ? ",true" : ",false";
  }
  for (const std::string& name : parameters) {
    std::string cell;
    for (const idl::Assignment& one : trial.configuration) {
      if (one.parameter == name) {
        cell = exact(one.value);
      }
    }
    row += "," + csv_cell(cell);
  }
  const double duration_s = trial.started_ms > 0 && trial.ended_ms > 0
                                ? static_cast<double>(trial.ended_ms - trial.started_ms) / 1e3
                                : 0;
  return row + "," + (trial.baseline ? "true" : "false") + "," +
         (trial.enqueued ? "true" : "false") + "," +
         (trial.__isset.repeat_of ? std::to_string(trial.repeat_of) : "") + "," +
         exact(duration_s) + "," + csv_cell(trial.reason) + "\n";
}

std::string csv_head(const idl::Study& study, const std::vector<std::string>& parameters) {
  std::string head = "number,state";
  for (const idl::Objective& objective : study.spec.objectives) {
    head += "," + csv_cell(objective.metric);
  }
  for (const std::string& metric : bounded_metrics(study.spec)) {
    head += "," + csv_cell(metric);
  }
  head += study.spec.constraints.empty() ? "" : ",feasible";
  for (const std::string& name : parameters) {
    head += "," + csv_cell(name);
  }
  return head + ",baseline,enqueued,repeat_of,duration_s,reason\n";
}

void write_all(Context& context, const std::string& study, bool csv, std::ostream& out) {
  EngineConnection& engine = context.engine();
  idl::StudyStatus status;
  engine.call([&](idl::EngineClient& client) { client.study_status(status, study); });
  const std::vector<std::string> parameters = parameter_names(engine, status.study);
  out << (csv ? csv_head(status.study, parameters)
              : "{\"study\":" + idl::to_json(status.study) + ",\"trials\":[\n");
  bool first = true;
  for (std::int64_t from = 0;;) {
    idl::TrialPage page;
    engine.call([&](idl::EngineClient& client) { client.list_trials(page, study, from, kPage); });
    for (const idl::Trial& trial : page.trials) {
      out << (csv ? csv_row(status.study, parameters, trial)
                  : (first ? "" : ",\n") + idl::to_json(trial));
      first = false;
      from = trial.number + 1;
    }
    if (page.trials.size() < static_cast<std::size_t>(kPage)) {
      break;
    }
  }
  out << (csv ? "" : "\n]}\n") << std::flush;
}

// What the best trial of a population was trained with, for a plain run to follow.
void write_schedule(Context& context, const std::string& study, std::ostream& out) {
  EngineConnection& engine = context.engine();
  idl::Leaderboard board;
  engine.call([&](idl::EngineClient& client) { client.leaderboard(board, study, 1); });
  if (board.schedule.empty()) {
    throw UsageError(study +
                     " has no schedule: no trial is complete, or its scheduler is not pbt or "
                     "pb2");
  }
  idl::TrialDetail first;
  engine.call([&](idl::EngineClient& client) {
    client.show_trial(first, study, board.schedule.front().trial);
  });
  out << "{\"trial\":" << board.rows.front().trial.number << ",\"seed\":" << first.trial.seed
      << ",\"schedule\":[\n";
  for (std::size_t i = 0; i < board.schedule.size(); ++i) {
    out << (i > 0 ? ",\n" : "") << idl::to_json(board.schedule[i]);
  }
  out << "\n]}\n" << std::flush;
}

int export_study(Context& context,
                 const std::string& study,
                 const std::string& format,
                 const std::string& path,
                 bool schedule) {
  const bool csv = format == "csv" && !context.json;
  const auto write = [&](std::ostream& out) {
    schedule ? write_schedule(context, study, out) : write_all(context, study, csv, out);
  };
  if (path.empty()) {
    write(std::cout);
    return kDone;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) {
    throw UsageError("cannot write " + path);
  }
  write(file);
  if (!file) {
    throw UsageError("could not write all of " + path + ": disk full?");
  }
  return kDone;
}

}  // namespace

std::string csv_cell(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && parsed == end) {
    return text;
  }
  std::string cell = text;
  // A spreadsheet would run these as a formula.
  if (!cell.empty() && std::string("=+-@\t\r").find(cell[0]) != std::string::npos) {
    cell.insert(0, "'");
  }
  if (cell.find_first_of(",\"\n\r'") == std::string::npos) {
    return cell;
  }
  std::string quoted = "\"";
  for (const char c : cell) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

void add_export(CLI::App& app, Context& context) {
  static std::string study;
  static std::string format = "csv";
  static std::string path;
  static bool schedule = false;
  Command command = add_command(app,
                                context,
                                "export",
                                "Write all trials of a study as CSV or JSON",
                                "  automl export digits > digits.csv\n"
                                "  automl export digits --format json -o digits.json\n"
                                "  automl export digits --schedule -o best.json",
                                true);
  command.option("STUDY", study, "The study").required();
  command.choice("--format", format, {"csv", "json"}, "csv or json");
  command.flag(
      "--schedule",
      schedule,
      "Instead of the trials: what the best one of a pbt or pb2 study was trained with, step "
      "by step, as JSON for automl.Schedule of the Python SDK");
  command.option("-o,--output", path, "File to write").takes("FILE");
  command.then([&context] {
    context.chosen = [&context] { return export_study(context, study, format, path, schedule); };
  });
}

}  // namespace automl::cli
