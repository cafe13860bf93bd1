// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <map>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/result_text.hpp"
#include "cli/show_study.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/trial_name.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kLastMeasurements = 12;
constexpr std::size_t kLeastMetric = 12;
constexpr std::size_t kShownDigest = 8;
constexpr std::size_t kIndent = 15;  // of what is said about the trial

std::string ending(const idl::Attempt& attempt) {
  if (!attempt.__isset.exit) {
    return "";
  }
  if (!attempt.exit.message.empty()) {
    return shown(attempt.exit.message);
  }
  return "exit code " + std::to_string(attempt.exit.code);
}

std::string start_of(const idl::Attempt& attempt) {
  if (!attempt.__isset.restored) {
    return "zero";
  }
  return attempt.restored.step < 0 ? "checkpoint " + std::to_string(attempt.restored.number)
                                   : "step " + std::to_string(attempt.restored.step);
}

void print_attempts(const idl::TrialDetail& detail, const Screen& screen) {
  Table table;
  table.add_column("ATTEMPT", true);
  table.add_column("STATE");
  table.add_column("NODE");
  for (const char* title : {"TIME", "CPU s", "MEM"}) {
    table.add_column(title, true);
  }
  // Of several attempts: where each went on.
  const bool several = detail.attempts.size() > 1;
  if (several) {
    table.add_column("FROM").may_drop();
  }
  table.add_column("ENDED").may_shrink(10);
  for (const idl::Attempt& attempt : detail.attempts) {
    const bool over = attempt.__isset.exit;
    std::vector<std::string> cells = {
        std::to_string(attempt.number),
        state_word(attempt.state),
        shown(attempt.placement.node),
        over ? duration_text(static_cast<double>(attempt.exit.ended_ms - attempt.exit.started_ms) /
                             1e3)
             : "",
        over ? number_text(attempt.exit.cpu_s, 3) : "",
        over ? bytes_text(attempt.exit.peak_memory_bytes) : ""};
    if (several) {
      cells.push_back(start_of(attempt));
    }
    cells.push_back(ending(attempt));
    table.add_row(std::move(cells));
  }
  std::cout << "\n" << table.text(screen.width);
  for (const idl::Attempt& attempt : detail.attempts) {
    if (!attempt.used_differs.empty()) {
      std::cout << wrapped("In attempt " + std::to_string(attempt.number) +
                               " the program did not use what it was given: " +
                               shown(attempt.used_differs),
                           screen.width)
                << "\n";
    }
  }
}

void print_measurements(const idl::TrialDetail& detail, const Screen& screen) {
  const std::size_t count = detail.measurements.size();
  const std::size_t first = count > kLastMeasurements ? count - kLastMeasurements : 0;
  // One column a metric, with as many decimals as tell its values apart.
  std::map<std::string, std::vector<double>> values;
  for (std::size_t i = first; i < count; ++i) {
    for (const auto& [metric, value] : detail.measurements[i].measurement.metrics) {
      values[metric].push_back(value);
    }
  }
  Table table;
  table.add_column("STEP", true);
  for (const auto& [metric, numbers] : values) {
    table.add_column(shown(metric), true).may_shrink(kLeastMetric).may_drop();
  }
  for (std::size_t i = first; i < count; ++i) {
    const idl::Measurement& measurement = detail.measurements[i].measurement;
    std::vector<std::string> cells = {std::to_string(measurement.step)};
    for (const auto& [metric, numbers] : values) {
      const auto found = measurement.metrics.find(metric);
      cells.push_back(found == measurement.metrics.end()
                          ? ""
                          : fixed_text(found->second, decimals_for(numbers)));
    }
    table.add_row(std::move(cells));
  }
  std::cout << "\n";
  if (first > 0) {
    std::cout << "the last " << kLastMeasurements << " of " << count << " measurements\n";
  }
  std::cout << table.text(screen.width);
}

// Decision or event of a schedule, in words; empty: nothing came of it.
std::string happened(const idl::ScheduleEvent& event) {
  switch (event.kind) {
    case idl::ScheduleEventKind::PAUSE:
      return "paused";
    case idl::ScheduleEventKind::RESUME:
      return "resumed";
    case idl::ScheduleEventKind::EXPLOIT:
      if (!event.__isset.donor) {
        return "began from zero";
      }
      if (event.donor == event.trial) {
        return "went on with its own @ step " + std::to_string(event.donor_step);
      }
      return "took over #" + std::to_string(event.donor) + " @ step " +
             std::to_string(event.donor_step) + ", checkpoint " +
             event.source.digest.substr(0, kShownDigest);
    case idl::ScheduleEventKind::PREEMPT:
      return "gave its slot back";
    case idl::ScheduleEventKind::REVIVE:
      return "revived";
    case idl::ScheduleEventKind::STOP:
      return "stopped, may be revived";
    case idl::ScheduleEventKind::REPORT:
      break;
    default:
      return "";
  }
  switch (event.decision) {
    case idl::Decision::PAUSE:
      return "to pause";
    case idl::Decision::PRUNE:
      return "to be pruned";
    case idl::Decision::EXPLOIT:
      return "to take over #" + std::to_string(event.donor);
    case idl::Decision::COMPLETE:
      return "complete";
    default:
      return event.__isset.donor ? "goes on" : "";
  }
}

// What the scheduler has decided about the trial, and what came of it.
void print_schedule(const idl::TrialDetail& detail, const Screen& screen) {
  Table table;
  table.add_column("STEP", true);
  table.add_column("SCHEDULER");
  table.add_column("BECAUSE").may_shrink(20);
  bool any = false;
  for (const idl::ScheduleEvent& event : detail.schedule) {
    const std::string what = happened(event);
    if (!what.empty()) {
      any = true;
      const bool report = event.kind == idl::ScheduleEventKind::REPORT;
      table.add_row({report ? std::to_string(event.step) : "", what, shown(event.reason)});
    }
  }
  if (any) {
    std::cout << "\n" << table.text(screen.width);
  }
}

int show(Context& context, const std::string& subject) {
  if (subject.find('/') == std::string::npos) {
    return show_study(context, subject);
  }
  const TrialName name = parse_trial_name(subject);
  idl::TrialDetail detail;
  context.engine().call(
      [&](idl::EngineClient& client) { client.show_trial(detail, name.study, name.number); });
  if (context.json) {
    std::cout << idl::to_json(detail) << "\n";
    return kDone;
  }
  idl::StudyStatus status;
  context.engine().call(
      [&](idl::EngineClient& client) { client.study_status(status, name.study); });
  const idl::Trial& trial = detail.trial;
  const Screen screen = Screen::of(STDOUT_FILENO);
  std::cout << "trial " << shown(name.study) << "/" << trial.number << "  "
            << state_word(trial.state);
  if (trial.__isset.value && trial.values.size() < 2) {
    std::cout << "  value " << number_text(trial.value, 8);
  }
  std::cout << "\n";
  const auto line = [&](const char* title, const std::string& what) {
    std::cout << "  " << padded(title, kIndent - 2) << wrapped(shown(what), screen.width, kIndent)
              << "\n";
  };
  if (!trial.reason.empty()) {
    line("reason", trial.reason);
  }
  const idl::StudySpec& spec = status.study.spec;
  if (trial.__isset.value && (several_objectives(spec) || !spec.constraints.empty())) {
    line("values", values_text(spec, trial));
  }
  if (trial.__isset.value && !spec.constraints.empty()) {
    line("constraints", feasible(trial) ? "all met" : missed_text(spec, trial));
  }
  line("parameters", configuration_text(trial.configuration));
  line("proposed by", trial.proposed_because);
  if (trial.seed != 0) {
    line("seed", std::to_string(trial.seed));
  }
  line("created", local_time(trial.created_ms));
  if (status.study.file_version > 1) {
    line("file version", std::to_string(trial.file_version));
  }
  if (trial.session_id != 0) {
    line("session", detail.session.name);
    line("command", detail.session.spec.command);
    print_attempts(detail, screen);
  }
  print_schedule(detail, screen);
  if (!detail.measurements.empty()) {
    print_measurements(detail, screen);
  }
  return kDone;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  static std::string subject;
  Command command = add_command(app,
                                context,
                                "show",
                                "Show one trial, or what was edited in a study",
                                "  automl show digits/8           parameters, attempts, decisions\n"
                                "  automl show digits             versions of its file",
                                true);
  command.option("SUBJECT", subject, "STUDY/TRIAL, or a study").required();
  command.then([&context] { context.chosen = [&context] { return show(context, subject); }; });
}

}  // namespace automl::cli
